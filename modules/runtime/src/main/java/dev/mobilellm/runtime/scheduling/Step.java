package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.runtime.generation.ForwardPass;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import java.util.ArrayList;
import java.util.List;

/**
 * One forward pass: who takes part with how many tokens. All that write get their next token; those
 * that still read their prompts share what room is left, in their order.
 */
final class Step {

  private final List<Answering> members = new ArrayList<>();
  private final List<Batch.Entry> entries = new ArrayList<>();
  private Output output = Output.ARGMAX;

  /** Adds one that writes. */
  void write(Answering answering) {
    add(answering, 1);
  }

  /**
   * Adds one that reads.
   *
   * @return how many tokens it took
   */
  int read(Answering answering, int room) {
    int tokens = Math.min(room, answering.unread());
    add(answering, tokens);
    return tokens;
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  /** Who takes part. */
  List<Answering> members() {
    return members;
  }

  /**
   * Runs it, and lets each that wanted a row choose its token. With a large vocabulary that takes
   * milliseconds, so they do it side by side.
   *
   * @return those that did
   */
  List<Answering> run(ForwardPass device) {
    List<Answering> choosing =
        device.run(
            new Batch(entries, output),
            result -> {
              List<Answering> readers = new ArrayList<>();
              for (int i = 0; i < entries.size(); i++) {
                if (entries.get(i).wanted() == Wanted.LAST) {
                  members.get(i).read(result, readers.size());
                  readers.add(members.get(i));
                }
              }
              return readers;
            });
    boolean together = choosing.stream().filter(Answering::isSlow).count() > 1;
    (together ? choosing.parallelStream() : choosing.stream()).forEach(Answering::choose);
    return choosing;
  }

  private void add(Answering answering, int tokens) {
    entries.add(answering.entry(tokens));
    members.add(answering);
    if (entries.getLast().wanted() == Wanted.LAST && answering.output() == Output.LOGITS) {
      output = Output.LOGITS;
    }
  }
}
