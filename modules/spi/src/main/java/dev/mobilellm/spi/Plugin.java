package dev.mobilellm.spi;

/**
 * What every service of this SPI is: something with a name that users type and a priority.
 *
 * <p>A plugin is found by {@link java.util.ServiceLoader}: its module {@code provides} one of the
 * services of this SPI with a public class that has a public no-argument constructor. The
 * constructor does no work and never fails; opening files or drivers waits until a method asks.
 *
 * <p>Selection is the same for all services: a plugin named by the user wins, if it matches;
 * otherwise the highest {@link #priority()} among those that match; a tie is an error that names
 * both.
 */
public interface Plugin {

  /** Unique among the plugins of one service; lower case, as users type it: {@code gqa}. */
  String name();

  /** Higher wins among the plugins that match. First-party plugins stay between 0 and 100. */
  default int priority() {
    return 0;
  }
}
