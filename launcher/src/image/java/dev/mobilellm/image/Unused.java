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
              + "|javax/sound|com/sun/media/sound|javax/print|sun/print"
              + "|javax/imageio|com/sun/imageio)/.*",
          // The application speaks English, and so does its Java.
          "java[.].*_(de|es|fr|it|ja|ko|pt_BR|sv|zh_CN|zh_TW)[.](properties|class)",
          // What jars tell those who build with them.
          ".*/META-INF/(maven|native-image|proguard)/.*",
          "jinjava/META-INF/CHANGES",
          // Which models others have published.
          "ai[.]djl[.]tokenizers/nlp/.*",
          // Asynchronous files.
          "org[.]lwjgl/org/lwjgl/system/linux/liburing/.*");

  private static final Pattern ANYWHERE = Pattern.compile(String.join("|", PATTERNS));

  private Unused() {}

  /** Whether a platform's image does without it. */
  static boolean contains(String path, Platform platform) {
    return ANYWHERE.matcher(path).matches() || platform.isForeign(path);
  }
}
