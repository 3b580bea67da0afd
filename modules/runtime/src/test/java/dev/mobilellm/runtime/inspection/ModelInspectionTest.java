package dev.mobilellm.runtime.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.assembly.ModelAssembly.Forced;
import dev.mobilellm.runtime.assembly.TensorLedger.Entry;
import dev.mobilellm.runtime.inspection.WeightShares.Part;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.graph.KvCache;
import dev.mobilellm.testkit.Fixtures;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Checkpoints that load: what they are made of. */
class ModelInspectionTest {

  private static final List<String> CHECKPOINTS = Fixtures.CHECKPOINTS;

  @TempDir private Path folder;

  @ParameterizedTest
  @FieldSource("CHECKPOINTS")
  void everyGoldenCheckpointWouldLoad(String name) {
    try (ModelInspection inspection = inspect(Fixtures.checkpoint(name, folder))) {
      assertEquals(List.of(), inspection.problems());
      assertTrue(inspection.loads());
      assertEquals(List.of(), inspection.unexpected());
      assertEquals(inspection.config().numHiddenLayers(), inspection.layers().size());
      assertTrue(inspection.layers().stream().allMatch(Optional::isPresent));
      assertTrue(inspection.tensors().stream().allMatch(Entry::isFine));
    }
  }

  @Test
  void parametersAreSharedOutAmongTheParts() {
    try (ModelInspection inspection = inspect(Fixtures.checkpoint("r1-bf16", folder))) {
      WeightShares shares = inspection.shares();
      assertEquals(192 * 64, shares.parts().get(Part.EMBEDDING).parameters());
      assertEquals(
          4 * (2 * 64 * 64 + 2 * 32 * 64), shares.parts().get(Part.ATTENTION).parameters());
      assertEquals(4 * 3 * 128 * 64, shares.parts().get(Part.MLP).parameters());
      assertEquals(9 * 64, shares.parts().get(Part.NORMS).parameters());
      assertEquals(0, shares.parts().get(Part.HEAD).parameters());
      assertEquals(0, shares.parts().get(Part.OTHER).parameters());
      assertEquals(List.of("bf16"), List.copyOf(shares.encodings().keySet()));
      assertEquals(16, shares.total().bitsPerWeight());
      assertEquals(shares.total().parameters() * 2, shares.total().bytes());
    }
  }

  @Test
  void quantizedWeightsAreCountedByEncoding() {
    try (ModelInspection inspection = inspect(Fixtures.checkpoint("mlx-4bit-g64", folder))) {
      WeightShares shares = inspection.shares();
      assertEquals(4.5, shares.encodings().get("affine-4bit-g64-bf16").bitsPerWeight());
      assertTrue(shares.total().bitsPerWeight() < 5);
      assertEquals("mlx", inspection.weightProvider().chosen().orElseThrow().name());
    }
  }

  @Test
  void anUntiedHeadIsAPart() {
    try (ModelInspection inspection =
        inspect(Fixtures.checkpoint("f16-untied-bias-noqknorm", folder))) {
      assertFalse(inspection.assembly().orElseThrow().tied());
      assertEquals(192 * 64, inspection.shares().parts().get(Part.HEAD).parameters());
      assertTrue(inspection.layers().stream().noneMatch(facts -> facts.orElseThrow().qkNorm()));
    }
  }

  @Test
  void factsTellWhichLayersRotate() {
    try (ModelInspection inspection =
        inspect(Fixtures.checkpoint("nope-tempered-chunked", folder))) {
      assertEquals(
          List.of(true, true, true, false),
          inspection.layers().stream().map(facts -> facts.orElseThrow().rotates()).toList());
      LayerFacts rotating = inspection.layers().getFirst().orElseThrow();
      assertEquals(16, rotating.shape().chunk());
      assertTrue(rotating.shape().temper().isEmpty());
      LayerFacts other = inspection.layers().getLast().orElseThrow();
      assertEquals(0, other.shape().chunk());
      assertEquals(8, other.shape().temper().orElseThrow().floorScale());
    }
  }

  @Test
  void oddConfigurationsAreWarnedOf() {
    try (ModelInspection inspection = inspect(Fixtures.checkpoint("rope-all-off", folder))) {
      assertEquals(1, inspection.warnings().size());
      assertTrue(inspection.warnings().getFirst().contains("no_rope_layers"));
      assertTrue(inspection.loads());
    }
  }

  @Test
  void eachLayerHasACache() {
    try (ModelInspection inspection = inspect(Fixtures.checkpoint("r1-bf16", folder))) {
      assertEquals(
          IntStream.range(0, 4).mapToObj(layer -> new KvCache(layer, 2, 16)).toList(),
          inspection.caches().orElseThrow());
    }
  }

  private static ModelInspection inspect(Path checkpoint) {
    return ModelInspection.of(
        checkpoint, PluginRegistry.builtIn(), new Forced(Optional.empty(), Optional.empty()));
  }
}
