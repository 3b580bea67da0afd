package dev.mobilellm.kernels.java;

import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.reference.ReferenceDeviceProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The device under test and the one that it is compared with. */
final class Devices {

  /** More than any batch of these tests. */
  private static final int MAX_BATCH_TOKENS = 1000;

  private Devices() {}

  /** With a cache of float32 and float activations: what remains are the errors of kernels. */
  static ComputeDevice java(int threads, ModuleLayer... layers) {
    return open(new JavaDeviceProvider(), threads, cache("f32"), layers);
  }

  static ComputeDevice java(int threads, String cache) {
    return open(new JavaDeviceProvider(), threads, cache(cache));
  }

  static ComputeDevice reference() {
    return open(new ReferenceDeviceProvider(), 0, Map.of());
  }

  /** A type of cache, and float activations: what differs then is the cache. */
  static Map<String, String> cache(String type) {
    return Map.of("kv-cache", type, JavaDevice.EXACT, "true");
  }

  static ComputeDevice open(
      ComputeDeviceProvider provider,
      int threads,
      Map<String, String> properties,
      ModuleLayer... layers) {
    return provider.open(
        provider.devices().devices().getFirst(),
        new DeviceOptions(threads, MAX_BATCH_TOKENS, properties, List.of(layers)));
  }

  /** A program whose logits for token i are the products of a matrix with row i of the inputs. */
  static Program product(WeightTensor inputs, WeightTensor matrix) {
    GraphBuilder graph = new GraphBuilder();
    Value wanted = graph.selectWanted(graph.embed(inputs));
    return graph.build(graph.linear(wanted, matrix, Optional.empty()));
  }
}
