package dev.mobilellm.spi;

import java.util.Objects;

/**
 * Whether a plugin can serve a model or a request, and how it can tell.
 *
 * @param matches true if the plugin can serve
 * @param reason a clause without a full stop, shown to users who ask why a plugin was chosen or
 *     not: {@code "feed_forward has gate_proj, up_proj and down_proj"}
 */
public record Match(boolean matches, String reason) {

  public Match {
    Objects.requireNonNull(reason, "reason");
  }

  public static Match yes(String reason) {
    return new Match(true, reason);
  }

  public static Match no(String reason) {
    return new Match(false, reason);
  }
}
