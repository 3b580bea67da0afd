/**
 * Byte-level BPE from {@code tokenizer.json}. Text is encoded by a native tokenizer that knows no
 * added tokens; control tokens and the bytes of ids are looked up in what was read from the file.
 */
package dev.mobilellm.tokenizer.djl;
