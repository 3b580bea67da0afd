package dev.mobilellm.testkit.reference;

import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.KvCache;
import java.util.List;
import java.util.Optional;

/** The positions of one conversation and, for each attention, what it remembers of them. */
final class ReferenceSequence implements Sequence {

  final ReferenceProgram program;
  private final List<Memory> memories;
  private final int capacity;
  private int position;
  private boolean closed;

  ReferenceSequence(ReferenceProgram program, List<KvCache> caches, int capacity) {
    this(program, caches.stream().map(cache -> new Memory()).toList(), capacity, 0);
  }

  private ReferenceSequence(
      ReferenceProgram program, List<Memory> memories, int capacity, int position) {
    this.program = program;
    this.memories = memories;
    this.capacity = capacity;
    this.position = position;
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
    requireHeld(newPosition);
    position = newPosition;
  }

  @Override
  public Optional<Sequence> fork(int common) {
    requireHeld(common);
    List<Memory> copies = memories.stream().map(memory -> memory.copy(common)).toList();
    return Optional.of(new ReferenceSequence(program, copies, capacity, common));
  }

  @Override
  public void close() {
    closed = true;
    memories.forEach(Memory::clear);
  }

  private void requireHeld(int tokens) {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
    if (tokens < 0 || tokens > position) {
      throw new IllegalArgumentException(
          "a sequence of %d tokens cannot be cut at %d".formatted(position, tokens));
    }
  }
}
