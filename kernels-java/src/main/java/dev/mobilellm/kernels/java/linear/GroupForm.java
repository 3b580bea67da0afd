package dev.mobilellm.kernels.java.linear;

/**
 * A form that keeps what all tokens have in one group of columns together, because a block of
 * weights meets the tokens group by group: one stream instead of short pieces far apart.
 */
interface GroupForm extends InputForm {

  /** Words of 32 bits that a token has in a group. */
  int words();

  /** Bytes from one token to the next within a group. */
  default long tokenBytes() {
    return (long) words() * Integer.BYTES;
  }

  /** Where a token's words of a group are, behind the start of all rows. */
  default long address(int g, int token, int tokens) {
    return ((long) g * tokens + token) * tokenBytes();
  }
}
