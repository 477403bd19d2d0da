package dev.millrace.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The longest that a test waits for what must come. A test that passes ends its wait with the
 * event; only one that fails waits so long, so a slow machine changes no outcome.
 */
public final class Patience {
  public static final Duration MAX = Duration.ofMinutes(10);

  private Patience() {}

  /**
   * Returns true once a condition holds, false if it does not in time; one that throws does not.
   */
  public static boolean eventually(Callable<Boolean> condition) {
    try {
      Awaitility.await()
          .atMost(MAX)
          .pollInterval(Duration.ofMillis(200))
          .ignoreExceptions()
          .until(condition);
      return true;
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }
}
