package dev.mobilellm.tokenizer.djl;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.text.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Byte-level BPE.
 *
 * <p>Control tokens are the added tokens that the file marks {@code special}. Text never yields
 * one: the native tokenizer does not know them. Added tokens that are not special, such as the tags
 * of some models around tool calls, are words of the text: they are found in it, as Hugging Face
 * does, and their bytes belong to an answer. The flags {@code lstrip}, {@code rstrip}, {@code
 * single_word} and {@code normalized} of added tokens are not applied.
 */
final class DjlTokenizer implements Tokenizer {

  private static final Map<String, String> AS_IT_IS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private final Vocabulary vocabulary;
  private final Map<String, Integer> control = new LinkedHashMap<>();
  private final BitSet controlIds = new BitSet();
  private final Map<String, Integer> words = new LinkedHashMap<>();
  private final Pattern word;
  private final HuggingFaceTokenizer bpe;
  // Closing frees memory that an encoding thread may be reading.
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  DjlTokenizer(TokenizerFile file) {
    vocabulary = file.vocabulary();
    for (AddedToken token : file.addedTokens()) {
      (token.special() ? control : words).put(token.content(), token.id());
      if (token.special()) {
        controlIds.set(token.id());
      }
    }
    word = anyOf(words.keySet());
    NativeLibrary.load();
    bpe = create(file);
  }

  private static HuggingFaceTokenizer create(TokenizerFile file) {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(file.withoutAddedTokens()), AS_IT_IS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      // The native code has no exceptions of its own.
      throw new ModelException(
          "%s cannot be used as a tokenizer: %s.".formatted(file.path(), e.getMessage()), e);
    }
  }

  /** Of several spellings that begin at a place the longest is found. */
  private static Pattern anyOf(Set<String> spellings) {
    return Pattern.compile(
        spellings.isEmpty()
            ? "(?!)"
            : spellings.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
  }

  @Override
  public int[] encode(String text) {
    String wellFormed = withoutLoneSurrogates(text);
    IntStream.Builder ids = IntStream.builder();
    Matcher matcher = word.matcher(wellFormed);
    int start = 0;
    while (matcher.find()) {
      encode(wellFormed.substring(start, matcher.start()), ids);
      ids.add(words.get(matcher.group()));
      start = matcher.end();
    }
    encode(wellFormed.substring(start), ids);
    return ids.build().toArray();
  }

  private void encode(String text, IntStream.Builder ids) {
    if (text.isEmpty()) {
      return;
    }
    open.readLock().lock();
    try {
      LongStream.of(bpe.encode(text, false, false).getIds()).forEach(id -> ids.add((int) id));
    } finally {
      open.readLock().unlock();
    }
  }

  /** Half a character has no UTF-8; it becomes U+FFFD. */
  private static String withoutLoneSurrogates(String text) {
    if (text.codePoints().noneMatch(DjlTokenizer::isSurrogate)) {
      return text;
    }
    return text.codePoints()
        .map(c -> isSurrogate(c) ? 0xFFFD : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  @Override
  public OptionalInt special(String token) {
    Integer id = control.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public Set<String> specialTokens() {
    return Collections.unmodifiableSet(control.keySet());
  }

  @Override
  public byte[] decode(int token) {
    return vocabulary.bytes(token);
  }

  @Override
  public boolean isSpecial(int token) {
    return token >= 0 && controlIds.get(token);
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public void close() {
    open.writeLock().lock();
    try {
      bpe.close();
    } finally {
      open.writeLock().unlock();
    }
  }
}
