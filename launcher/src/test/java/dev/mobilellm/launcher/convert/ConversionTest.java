package dev.mobilellm.launcher.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.checkpoint.CheckpointTensors;
import dev.mobilellm.checkpoint.StoredTensor;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.Fixtures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversions that cannot end as they should: nothing is left of them. */
class ConversionTest {

  @TempDir private Path folder;

  @Test
  void aFullDiskIsSeenBefore() {
    Path model = Fixtures.checkpoint("r1-bf16", folder);
    CheckpointFiles files = CheckpointFiles.open(model);
    Path out = folder.resolve("new/out");
    try (Stored weights = new Stored(CheckpointTensors.open(files))) {
      Conversion conversion = new Conversion(files, plan(weights), place -> 1000);
      ModelException e =
          assertThrows(
              ModelException.class,
              () -> conversion.write(out, (stage, done, total) -> {}, () -> false));
      assertTrue(e.getMessage().startsWith(out + " needs 1."), e.getMessage());
      assertTrue(e.getMessage().contains("there are 1.0 kB left"), e.getMessage());
    }
    assertFalse(Files.exists(out.getParent()));
  }

  @Test
  void endedHalfWayNothingIsLeft() {
    Path model = Fixtures.checkpoint("r1-bf16", folder);
    CheckpointFiles files = CheckpointFiles.open(model);
    Path out = folder.resolve("out");
    try (Stored weights = new Stored(CheckpointTensors.open(files))) {
      Conversion conversion = new Conversion(files, plan(weights), Conversion::freeSpace);
      List<Long> reports = new ArrayList<>();
      assertThrows(
          IllegalStateException.class,
          () ->
              conversion.write(
                  out,
                  (stage, done, total) -> {
                    reports.add(done);
                    if (done > total / 2) {
                      assertEquals(
                          List.of(".out.part", "r1-bf16"), ConvertBadInputTest.names(folder));
                      throw new IllegalStateException("killed");
                    }
                  },
                  () -> false));
      assertTrue(reports.size() > 1);
      assertEquals(List.of("r1-bf16"), ConvertBadInputTest.names(folder));
      assertFalse(conversion.write(out, (stage, done, total) -> {}, () -> true));
      assertEquals(List.of("r1-bf16"), ConvertBadInputTest.names(folder));
      assertTrue(conversion.write(out, (stage, done, total) -> {}, () -> false));
      assertEquals(List.of("out", "r1-bf16"), ConvertBadInputTest.names(folder));
    }
  }

  private static ConversionPlan plan(WeightSource weights) {
    return ConversionPlan.of(
        weights, true, new ConversionPlan.Wish(Optional.of(DType.F32), 0, false), path -> 0);
  }

  /** Floats as they lie. */
  private record Stored(CheckpointTensors tensors) implements WeightSource {

    @Override
    public SequencedSet<String> names() {
      return tensors.tensors().sequencedKeySet();
    }

    @Override
    public Optional<WeightTensor> find(String name) {
      return Optional.ofNullable(tensors.tensors().get(name)).map(StoredTensor::dense);
    }

    @Override
    public void close() {
      tensors.close();
    }
  }
}
