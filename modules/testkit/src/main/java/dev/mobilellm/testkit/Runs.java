package dev.mobilellm.testkit;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.Sequence;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/** Token ids through a compiled program, with results copied to the heap for comparing. */
public final class Runs {

  private Runs() {}

  /** The logits of every token of a new sequence, fed in batches of at most {@code step} tokens. */
  public static float[][] logits(CompiledProgram program, int[] tokens, int step) {
    try (Sequence sequence = program.openSequence(tokens.length)) {
      return append(program, sequence, tokens, step);
    }
  }

  /** The logits of every token appended to a sequence, in batches of at most {@code step}. */
  public static float[][] append(
      CompiledProgram program, Sequence sequence, int[] tokens, int step) {
    float[][] logits = new float[tokens.length][];
    for (int start = 0; start < tokens.length; start += step) {
      int[] part = Arrays.copyOfRange(tokens, start, Math.min(tokens.length, start + step));
      BatchResult result = program.forward(Batch.of(sequence, part, Wanted.ALL));
      for (int row = 0; row < part.length; row++) {
        logits[start + row] = copy(result, row);
      }
    }
    return logits;
  }

  /** The likeliest continuation: {@code count} ids after the prompt. */
  public static int[] greedy(CompiledProgram program, int[] prompt, int count) {
    int[] generated = new int[count];
    try (Sequence sequence = program.openSequence(prompt.length + count)) {
      int[] next = prompt;
      for (int i = 0; i < count; i++) {
        Entry entry = new Entry(sequence, next, Wanted.LAST);
        generated[i] = program.forward(new Batch(List.of(entry), Output.ARGMAX)).argmax(0);
        next = new int[] {generated[i]};
      }
    }
    return generated;
  }

  /** A copy of one row. */
  public static float[] copy(BatchResult result, int row) {
    return result.logits(row).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  /** The largest difference of two equally shaped results; infinite where one is not a number. */
  public static double distance(float[][] left, float[][] right) {
    if (left.length != right.length) {
      throw new IllegalArgumentException(left.length + " rows against " + right.length);
    }
    double largest = 0;
    for (int row = 0; row < left.length; row++) {
      largest = Math.max(largest, distance(left[row], right[row]));
    }
    return largest;
  }

  private static double distance(float[] left, float[] right) {
    if (left.length != right.length) {
      throw new IllegalArgumentException(left.length + " columns against " + right.length);
    }
    double largest = 0;
    for (int i = 0; i < left.length; i++) {
      double difference = Math.abs((double) left[i] - right[i]);
      largest = Math.max(largest, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
    }
    return largest;
  }
}
