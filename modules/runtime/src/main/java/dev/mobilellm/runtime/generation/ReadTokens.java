package dev.mobilellm.runtime.generation;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.Sequence;
import java.util.Arrays;
import java.util.Optional;

/**
 * A sequence, and which tokens it has read, so that a prompt which continues them is read from
 * where it differs. Not thread-safe.
 */
public final class ReadTokens implements AutoCloseable {

  private final Sequence sequence;
  private int[] tokens = new int[256];
  private int highest;

  /**
   * @param sequence an empty one; closed with this
   */
  public ReadTokens(Sequence sequence) {
    this.sequence = sequence;
  }

  /** How many tokens it holds. */
  public int position() {
    return sequence.position();
  }

  /** The most tokens that it ever held: a device need not give memory back before the end. */
  public int highest() {
    return highest;
  }

  /** The most tokens that it can hold. */
  public int capacity() {
    return sequence.capacity();
  }

  /** How many tokens of a prompt need not be read; one is always left to get logits from. */
  public int common(int[] prompt) {
    int position = sequence.position();
    int mismatch = Arrays.mismatch(tokens, 0, position, prompt, 0, prompt.length);
    return Math.min(mismatch < 0 ? position : mismatch, prompt.length - 1);
  }

  /** Keeps what it and a prompt have in common, and says how much that is. */
  public int reuse(int[] prompt) {
    int common = common(prompt);
    sequence.truncate(common);
    return common;
  }

  /** Another one with the first tokens of this one; empty if the device does not offer it. */
  public Optional<ReadTokens> fork(int position) {
    return sequence
        .fork(position)
        .map(
            forked -> {
              ReadTokens fork = new ReadTokens(forked);
              fork.tokens = Arrays.copyOf(tokens, Math.max(fork.tokens.length, position));
              fork.highest = position;
              return fork;
            });
  }

  /** An entry of a batch that is run next; its tokens count as read from now on. */
  public Batch.Entry read(int[] chunk, Wanted wanted) {
    int from = sequence.position();
    if (from + chunk.length > tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(tokens.length * 2, from + chunk.length));
    }
    System.arraycopy(chunk, 0, tokens, from, chunk.length);
    highest = Math.max(highest, from + chunk.length);
    return new Batch.Entry(sequence, chunk, wanted);
  }

  @Override
  public void close() {
    sequence.close();
  }
}
