package dev.mobilellm.template.jinja.python;

import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/** The methods of Python's strings. */
final class StringMethods {

  static final Set<String> NAMES =
      Set.of(
          "capitalize",
          "count",
          "endswith",
          "find",
          "index",
          "isalnum",
          "isalpha",
          "isdigit",
          "isspace",
          "join",
          "ljust",
          "lower",
          "lstrip",
          "partition",
          "removeprefix",
          "removesuffix",
          "replace",
          "rfind",
          "rjust",
          "rpartition",
          "rsplit",
          "rstrip",
          "split",
          "splitlines",
          "startswith",
          "strip",
          "title",
          "upper",
          "zfill");

  /** Those that Python has and this class has not. */
  static final Set<String> UNSUPPORTED =
      Set.of(
          "casefold",
          "center",
          "encode",
          "expandtabs",
          "format",
          "format_map",
          "isascii",
          "isdecimal",
          "isidentifier",
          "islower",
          "isnumeric",
          "isprintable",
          "istitle",
          "isupper",
          "maketrans",
          "rindex",
          "swapcase",
          "translate");

  private StringMethods() {}

  static Object call(String text, String name, Arguments arguments) {
    String plain = Marks.plain(text);
    return switch (name) {
      case "strip" -> Strings.strip(text, optional(arguments), true, true);
      case "lstrip" -> Strings.strip(text, optional(arguments), true, false);
      case "rstrip" -> Strings.strip(text, optional(arguments), false, true);
      case "split", "rsplit" -> split(text, name, arguments);
      case "splitlines" -> {
        Object keepEnds = arguments.bind("keepends")[0];
        yield Strings.lines(text, keepEnds != null && Python.isTrue(keepEnds));
      }
      case "startswith" -> affixes(arguments).stream().anyMatch(plain::startsWith);
      case "endswith" -> affixes(arguments).stream().anyMatch(plain::endsWith);
      case "removeprefix" -> {
        String affix = affix(arguments);
        yield plain.startsWith(affix) ? text.substring(affix.length()) : text;
      }
      case "removesuffix" -> {
        String affix = affix(arguments);
        yield plain.endsWith(affix) ? text.substring(0, text.length() - affix.length()) : text;
      }
      case "find" -> position(plain, plain.indexOf(affix(arguments)));
      case "rfind" -> position(plain, plain.lastIndexOf(affix(arguments)));
      case "index" -> {
        int at = plain.indexOf(affix(arguments));
        if (at < 0) {
          throw new TemplateProblem("index() of what is not in the string");
        }
        yield position(plain, at);
      }
      case "count" -> {
        String part = affix(arguments);
        yield part.isEmpty()
            ? Python.length(text) + 1
            : (long) Strings.split(text, part, -1).size() - 1;
      }
      case "replace" -> {
        Object[] given = arguments.bind("old", "new", "count");
        yield Strings.replace(
            text,
            text(given[0]),
            text(given[1]),
            given[2] == null ? -1 : Numbers.integer(given[2]));
      }
      case "join" ->
          String.join(
              text, Python.iterate(required(arguments)).stream().map(StringMethods::text).toList());
      case "partition", "rpartition" -> partition(text, name, affix(arguments));
      case "ljust", "rjust" -> {
        Object[] given = arguments.bind("width", "fillchar");
        String fill = given[1] == null ? " " : text(given[1]);
        String padding = fill.repeat((int) Math.max(0, width(given[0]) - Python.length(text)));
        yield name.equals("ljust") ? text + padding : padding + text;
      }
      case "zfill" -> {
        String padding =
            "0".repeat((int) Math.max(0, width(required(arguments)) - Python.length(text)));
        int sign = plain.startsWith("-") || plain.startsWith("+") ? 1 : 0;
        yield text.substring(0, sign) + padding + text.substring(sign);
      }
      default -> {
        arguments.bind();
        yield switch (name) {
          case "upper" -> Strings.upper(text);
          case "lower" -> Strings.lower(text);
          case "title" -> Strings.title(text);
          case "capitalize" -> Strings.capitalize(text);
          case "isalpha" -> all(plain, Character::isLetter);
          case "isdigit" -> all(plain, StringMethods::isDigit);
          case "isalnum" -> all(plain, c -> Character.isLetter(c) || isNumeric(c));
          case "isspace" -> all(plain, Strings::isSpace);
          default -> throw new IllegalArgumentException(name);
        };
      }
    };
  }

  private static Object split(String text, String name, Arguments arguments) {
    Object[] given = arguments.bind("sep", "maxsplit");
    long limit = given[1] == null ? -1 : Numbers.integer(given[1]);
    if (given[0] == null || given[0] == None.NONE) {
      if (limit >= 0) {
        throw Python.unsupported("split() at white space with a limit");
      }
      return Strings.words(text);
    }
    return name.equals("split")
        ? Strings.split(text, text(given[0]), limit)
        : Strings.splitRight(text, text(given[0]), limit);
  }

  private static Tuple partition(String text, String name, String separator) {
    boolean first = name.equals("partition");
    String plain = Marks.plain(text);
    int at = first ? plain.indexOf(separator) : plain.lastIndexOf(separator);
    if (separator.isEmpty()) {
      throw new TemplateProblem("partition() with an empty separator");
    }
    if (at < 0) {
      return new Tuple(first ? List.of(text, "", "") : List.of("", "", text));
    }
    int end = at + separator.length();
    return new Tuple(List.of(text.substring(0, at), text.substring(at, end), text.substring(end)));
  }

  private static long width(Object value) {
    return Math.min(Numbers.integer(value), 1 << 16);
  }

  private static long position(String plain, int index) {
    return index < 0 ? -1 : plain.codePointCount(0, index);
  }

  private static boolean all(String text, IntPredicate predicate) {
    return !text.isEmpty() && text.codePoints().allMatch(predicate);
  }

  private static boolean isDigit(int c) {
    if (Character.getType(c) == Character.OTHER_NUMBER) {
      throw Python.unsupported("isdigit() of the character " + Character.toString(c));
    }
    return Character.isDigit(c);
  }

  private static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return Character.isDigit(c)
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  private static Object required(Arguments arguments) {
    Object value = arguments.bind("argument")[0];
    if (value == null) {
      throw new TemplateProblem("a string method lacks its argument");
    }
    return value;
  }

  private static String optional(Arguments arguments) {
    Object value = arguments.bind("chars")[0];
    return value == null || value == None.NONE ? null : text(value);
  }

  private static String affix(Arguments arguments) {
    return Marks.plain(text(required(arguments)));
  }

  private static List<String> affixes(Arguments arguments) {
    Object value = required(arguments);
    return (value instanceof Tuple tuple ? tuple : List.of(value))
        .stream().map(affix -> Marks.plain(text(affix))).toList();
  }

  private static String text(Object value) {
    return switch (value) {
      case null -> throw new TemplateProblem("a string method lacks an argument");
      case String text -> text;
      case Undefined undefined -> throw undefined.problem();
      default -> throw Python.unsupported("a string method with " + Python.describe(value));
    };
  }
}
