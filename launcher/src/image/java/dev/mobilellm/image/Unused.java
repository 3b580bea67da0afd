package dev.mobilellm.image;

import java.util.List;
import java.util.regex.Pattern;

/** Resources of modules that nobody needs who has the image. */
final class Unused {

  private static final List<String> PATTERNS =
      List.of(
          // Windows, sound, printers and formats of pictures. What is left draws charts on machines
          // without a screen; the image has no native libraries for the others, either.
          "java[.]desktop/(javax/swing|com/sun/java/swing|com/sun/swing|sun/swing|sun/awt/X11"
              + "|sun/java2d/(opengl|x11|xr)|javax/sound|com/sun/media/sound|javax/print|sun/print"
              + "|javax/imageio|com/sun/imageio)/.*",
          // Stylesheets and XPath: who asks for them is told that there is no provider.
          "java[.]xml/com/sun/org/apache/(xalan|bcel|xpath|xml/internal/dtm)/.*",
          // The application speaks English, and so does its Java.
          "java[.].*_(de|es|fr|it|ja|ko|pt_BR|sv|zh_CN|zh_TW)[.](properties|class)",
          // What jars tell those who build with them.
          ".*/META-INF/(maven|native-image|proguard)/.*",
          "jinjava/META-INF/CHANGES",
          // What DJL does with models beside tokenizing, and which others have published.
          "ai[.]djl[.]api/ai/djl/(engine/rpc/|modality/(?!nlp/preprocess/)|repository/"
              + "|nn/(convolutional|norm|pooling|transformer)/).*",
          "ai[.]djl[.]tokenizers/(nlp|ai/djl/engine|ai/djl/huggingface/(translator|zoo))/.*",
          // What Batik does with pictures and fonts: charts are lines and text.
          "org[.]apache[.]xmlgraphics[.]batik[.].*"
              + "/(ext/awt/geom/|ext/awt/image/(?!spi/)|ext/swing/|svggen/font/).*",
          // Parts of Guava and Commons Lang that nothing in the image uses, not even their others.
          "com[.]google[.]common/com/google/(thirdparty"
              + "|common/(cache|escape|eventbus|graph|html|net|reflect|util|xml))/.*",
          "org[.]apache[.]commons[.]lang3/.*/lang3/(arch|compare|concurrent|event|reflect|util)/.*",
          // Asynchronous files.
          "org[.]lwjgl/org/lwjgl/system/linux/liburing/.*");

  private static final Pattern ANYWHERE = Pattern.compile(String.join("|", PATTERNS));

  private Unused() {}

  /** Whether a platform's image does without it. */
  static boolean contains(String path, Platform platform) {
    return ANYWHERE.matcher(path).matches() || platform.isForeign(path);
  }
}
