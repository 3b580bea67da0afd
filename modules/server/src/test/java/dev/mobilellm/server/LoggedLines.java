package dev.mobilellm.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What servers of this process log, kept from standard error, until it is closed. */
final class LoggedLines extends Handler implements AutoCloseable {

  private final Logger logger = Logger.getLogger(FailureLog.NAME);
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  private LoggedLines() {}

  static LoggedLines listen(Level level) {
    LoggedLines lines = new LoggedLines();
    lines.logger.setLevel(level);
    lines.logger.setUseParentHandlers(false);
    lines.logger.addHandler(lines);
    return lines;
  }

  List<LogRecord> records() {
    return List.copyOf(records);
  }

  @Override
  public void publish(LogRecord line) {
    records.add(line);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
    logger.setLevel(null);
  }
}
