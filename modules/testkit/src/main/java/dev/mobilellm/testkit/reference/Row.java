package dev.mobilellm.testkit.reference;

/**
 * One token of a batch.
 *
 * @param sequence to which it is appended
 * @param position where it stands in it
 * @param token its id
 * @param wanted whether its logits are wanted
 */
record Row(ReferenceSequence sequence, int position, int token, boolean wanted) {}
