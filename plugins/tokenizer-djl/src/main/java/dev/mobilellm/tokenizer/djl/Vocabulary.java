package dev.mobilellm.tokenizer.djl;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Token ids to bytes, in flat arrays: an object per token would take ten times the memory. Filled
 * by one thread, then only read.
 */
final class Vocabulary {

  private byte[] bytes = new byte[1 << 12];
  private int filled;
  private int[] starts = new int[1 << 8];
  private int[] ends = new int[1 << 8];
  private final BitSet present = new BitSet();

  /** Adds an entry, or replaces that of the id. */
  void put(int id, byte[] token) {
    if (filled + token.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(filled + token.length, bytes.length * 2));
    }
    if (id >= starts.length) {
      int length = Math.max(id + 1, starts.length * 2);
      starts = Arrays.copyOf(starts, length);
      ends = Arrays.copyOf(ends, length);
    }
    System.arraycopy(token, 0, bytes, filled, token.length);
    starts[id] = filled;
    filled += token.length;
    ends[id] = filled;
    present.set(id);
  }

  boolean has(int id) {
    return present.get(id);
  }

  /** The bytes of a token, a copy; none for an id without an entry. */
  byte[] bytes(int id) {
    return has(id) ? Arrays.copyOfRange(bytes, starts[id], ends[id]) : new byte[0];
  }

  /** One more than the largest id. */
  int size() {
    return present.length();
  }

  /** Whether the spelling of some token is this one byte. */
  BitSet singleBytes() {
    BitSet singles = new BitSet(0x100);
    for (int id = present.nextSetBit(0); id >= 0; id = present.nextSetBit(id + 1)) {
      if (ends[id] - starts[id] == 1) {
        singles.set(Byte.toUnsignedInt(bytes[starts[id]]));
      }
    }
    return singles;
  }

  /** Gives back what was reserved for more entries. */
  void trim() {
    bytes = Arrays.copyOf(bytes, filled);
    starts = Arrays.copyOf(starts, size());
    ends = Arrays.copyOf(ends, size());
  }
}
