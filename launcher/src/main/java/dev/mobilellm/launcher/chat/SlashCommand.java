package dev.mobilellm.launcher.chat;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can be typed instead of a message. */
enum SlashCommand {
  HELP("", "lists the commands"),
  SYSTEM("TEXT", "sets the system message; without text: shows it; \"\" removes it"),
  RESET("", "forgets what was said, but not the system message"),
  SAVE("FILE", "writes the conversation to a JSON file"),
  LOAD("FILE", "goes on with a saved conversation"),
  STATS("", "tokens and speed of the last answer"),
  QUIT("", "ends the chat, as Ctrl-D does");

  private final String argument;
  private final String description;

  SlashCommand(String argument, String description) {
    this.argument = argument;
    this.description = description;
  }

  /** As it is typed. */
  String word() {
    return "/" + name().toLowerCase(Locale.ROOT);
  }

  /** Its argument's name; empty if it has none. */
  String argument() {
    return argument;
  }

  String description() {
    return description;
  }

  /** The command of this word, {@code /help}. */
  static Optional<SlashCommand> of(String word) {
    return Arrays.stream(values()).filter(command -> command.word().equals(word)).findFirst();
  }
}
