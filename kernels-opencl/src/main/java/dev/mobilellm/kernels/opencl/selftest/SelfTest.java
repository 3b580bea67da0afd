package dev.mobilellm.kernels.opencl.selftest;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceCheck;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Runs every kernel on random data of awkward sizes, as prefill does and as decoding does, and
 * compares what comes out with plain loops in double.
 */
public final class SelfTest {

  /** The most tokens of a batch of these tests. */
  public static final int BATCH_TOKENS = 40;

  /** Of the largest value; kernels are right to 1e-5, and wrong ones are far off. */
  private static final double TOLERANCE = 1e-3;

  private final ComputeDevice device;

  /**
   * @param device open for batches of {@link #BATCH_TOKENS}
   */
  public SelfTest(ComputeDevice device) {
    this.device = device;
  }

  /**
   * Runs it.
   *
   * @param identity of device and driver, for the explanation
   * @throws dev.mobilellm.spi.device.DeviceException if the device fails
   */
  public DeviceCheck run(String identity) {
    try (Arena arena = Arena.ofShared()) {
      List<Cases.Case> cases = Cases.of(new RandomTensors(arena));
      for (Cases.Case tested : cases) {
        Optional<String> wrong = wrong(tested.program(), tested.cuts());
        if (wrong.isPresent()) {
          return DeviceCheck.failed(
              "its kernel \"%s\" computes wrong numbers (%s); %s"
                  .formatted(tested.name(), wrong.get(), identity));
        }
      }
      return DeviceCheck.passed("%d kernels compute what they should".formatted(cases.size()));
    }
  }

  private Optional<String> wrong(Program program, int[] cuts) {
    int count = Arrays.stream(cuts).sum();
    int[] tokens = new Random(3).ints(count, 0, Cases.VOCABULARY).toArray();
    double[][] expected = Expectation.of(program, tokens);
    double largest =
        Arrays.stream(expected).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
    try (CompiledProgram compiled = device.compile(program, LoadProgress.NONE);
        Sequence sequence = compiled.openSequence(tokens.length)) {
      int start = 0;
      for (int cut : cuts) {
        int[] part = Arrays.copyOfRange(tokens, start, start + cut);
        BatchResult result = compiled.forward(Batch.of(sequence, part, Wanted.ALL));
        for (int row = 0; row < cut; row++) {
          double error = distance(expected[start + row], result.logits(row));
          if (!(error <= TOLERANCE * largest)) {
            return Optional.of(
                "off by %s of %s with %d tokens at once"
                    .formatted((float) error, (float) largest, cut));
          }
        }
        start += cut;
      }
      return argmax(compiled, sequence, tokens, expected);
    }
  }

  /** The last token once more, of which only the id is wanted. */
  private static Optional<String> argmax(
      CompiledProgram compiled, Sequence sequence, int[] tokens, double[][] expected) {
    int last = tokens.length - 1;
    sequence.truncate(last);
    Entry entry = new Entry(sequence, new int[] {tokens[last]}, Wanted.LAST);
    int id = compiled.forward(new Batch(List.of(entry), Output.ARGMAX)).argmax(0);
    double best = Arrays.stream(expected[last]).max().orElseThrow();
    boolean right =
        id >= 0
            && id < expected[last].length
            && expected[last][id] >= best - TOLERANCE * Math.abs(best);
    return right ? Optional.empty() : Optional.of("the largest value is not column " + id);
  }

  private static double distance(double[] expected, MemorySegment row) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(expected[i] - row.getAtIndex(ValueLayout.JAVA_FLOAT, i));
      // A maximum would pass over what is not a number.
      largest = difference <= largest ? largest : difference;
      if (Double.isNaN(difference)) {
        return difference;
      }
    }
    return largest;
  }
}
