package dev.mobilellm.runtime.plugins;

import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.model.AttentionVariant;
import dev.mobilellm.spi.model.MlpVariant;
import dev.mobilellm.spi.model.WeightSourceProvider;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.text.ChatTemplateProvider;
import dev.mobilellm.spi.text.TokenizerProvider;
import java.util.List;
import java.util.Locale;

/**
 * A service of the SPI with the word that users know it by.
 *
 * @param type the service interface
 * @param label {@code attention}
 */
public record Service<P extends Plugin>(Class<P> type, String label) {

  public static final Service<WeightSourceProvider> WEIGHTS =
      new Service<>(WeightSourceProvider.class, "weights");
  public static final Service<AttentionVariant> ATTENTION =
      new Service<>(AttentionVariant.class, "attention");
  public static final Service<MlpVariant> MLP = new Service<>(MlpVariant.class, "mlp");
  public static final Service<ComputeDeviceProvider> DEVICE =
      new Service<>(ComputeDeviceProvider.class, "device");
  public static final Service<TokenizerProvider> TOKENIZER =
      new Service<>(TokenizerProvider.class, "tokenizer");
  public static final Service<ChatTemplateProvider> CHAT_TEMPLATE =
      new Service<>(ChatTemplateProvider.class, "chat-template");
  public static final Service<LogitsProcessorProvider> PROCESSOR =
      new Service<>(LogitsProcessorProvider.class, "logits-processor");
  public static final Service<SamplerProvider> SAMPLER =
      new Service<>(SamplerProvider.class, "sampler");

  /** All services, in the order in which a model needs them. */
  public static final List<Service<?>> ALL =
      List.of(WEIGHTS, ATTENTION, MLP, DEVICE, TOKENIZER, CHAT_TEMPLATE, PROCESSOR, SAMPLER);

  /**
   * A service that a device has of its own, such as kernels written for it: {@code
   * dev.mobilellm.kernels.java.spi.JavaKernelProvider} is {@code java-kernel}.
   */
  static <P extends Plugin> Service<P> ofDevice(Class<P> type) {
    String device = type.getPackageName().replaceFirst("[.]spi$", "").replaceFirst(".*[.]", "");
    String what =
        type.getSimpleName().replaceFirst("Provider$", "").replaceFirst(".*(?=[A-Z])", "");
    return new Service<>(type, device + "-" + what.toLowerCase(Locale.ROOT));
  }

  /** Whether this is the service of that interface. */
  boolean is(String interfaceName) {
    return type.getName().equals(interfaceName);
  }
}
