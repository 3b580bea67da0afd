package dev.mobilellm.launcher;

import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Token ids as people write them: {@code 1,5,9}.
 *
 * @param ids at least one
 */
public record Tokens(int[] ids) {

  @Override
  public String toString() {
    return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(","));
  }

  /** Commas and spaces separate. */
  public static final class Converter implements ITypeConverter<Tokens> {

    @Override
    public Tokens convert(String text) {
      String[] words = text.strip().split("[,\\s]+");
      int[] ids = new int[words.length];
      for (int i = 0; i < ids.length; i++) {
        try {
          ids[i] = Integer.parseInt(words[i]);
        } catch (NumberFormatException e) {
          throw new TypeConversionException(
              "'%s' is no list of token ids such as 1,5,9".formatted(text));
        }
      }
      return new Tokens(ids);
    }
  }
}
