package dev.millrace.testing;

import java.time.Duration;

/**
 * The longest that a test waits for what must come. A test that passes ends its wait with the
 * event; only one that fails waits so long, so a slow machine changes no outcome.
 */
public final class Patience {
  public static final Duration MAX = Duration.ofMinutes(10);

  private Patience() {}
}
