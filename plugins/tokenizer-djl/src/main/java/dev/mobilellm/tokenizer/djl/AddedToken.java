package dev.mobilellm.tokenizer.djl;

/**
 * An entry of {@code added_tokens}.
 *
 * @param id its token id
 * @param content its spelling, as it is
 * @param special whether the file calls it a control token
 */
record AddedToken(int id, String content, boolean special) {}
