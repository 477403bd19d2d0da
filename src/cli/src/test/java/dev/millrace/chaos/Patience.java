package dev.millrace.chaos;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waiting for what should happen sooner or later. */
final class Patience {
  private static final Duration MOST = Duration.ofMinutes(5);

  private Patience() {}

  /** Whether a condition comes true in time; one that throws is not true yet. */
  static boolean eventually(Callable<Boolean> condition) {
    try {
      Awaitility.await()
          .atMost(MOST)
          .pollInterval(Duration.ofMillis(200))
          .ignoreExceptions()
          .until(condition);
      return true;
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }
}
