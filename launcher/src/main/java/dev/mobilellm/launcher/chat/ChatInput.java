package dev.mobilellm.launcher.chat;

import java.util.Optional;

/** Where messages come from. */
interface ChatInput extends AutoCloseable {

  /** The next message, or empty at the end. */
  Optional<String> next();

  @Override
  void close();
}
