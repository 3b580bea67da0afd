package dev.mobilellm.testkit.reference;

import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.KvCache;
import java.util.List;

/** The positions of one conversation and, for each attention, what it remembers of them. */
final class ReferenceSequence implements Sequence {

  final ReferenceProgram program;
  private final List<Memory> memories;
  private final int capacity;
  private int position;
  private boolean closed;

  ReferenceSequence(ReferenceProgram program, List<KvCache> caches, int capacity) {
    this.program = program;
    this.memories = caches.stream().map(cache -> new Memory()).toList();
    this.capacity = capacity;
  }

  /** What an attention remembers of this sequence. */
  Memory memory(KvCache cache) {
    return memories.get(cache.index());
  }

  boolean isClosed() {
    return closed;
  }

  /** Counts tokens whose keys and values every memory holds by now. */
  void advance(int tokens) {
    position += tokens;
  }

  @Override
  public int position() {
    return position;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public void truncate(int newPosition) {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
    if (newPosition < 0 || newPosition > position) {
      throw new IllegalArgumentException(
          "cannot truncate a sequence of %d tokens to %d".formatted(position, newPosition));
    }
    position = newPosition;
  }

  @Override
  public void close() {
    closed = true;
    memories.forEach(Memory::clear);
  }
}
