package dev.millrace.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in order on Ctrl-C or SIGTERM: the JVM stays until the command has closed what
 * it opened, and then exits with the signal's usual code (130 or 143).
 *
 * <p>Declare it as the first resource of a try block, so that it is closed last.
 */
public final class StopSignal implements AutoCloseable {
  /** Seconds that commands have to close what they opened; a JVM on a busy machine may get more. */
  static final long SECONDS_TO_CLOSE = Long.getLong("millrace.stop-seconds", 20);

  private static final Set<StopSignal> OPEN = ConcurrentHashMap.newKeySet();

  private final CountDownLatch requested = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Runnable> actions = new ArrayList<>();
  private final Thread hook = new Thread(this::stopAndWait, "millrace-stop");

  public StopSignal() {
    OPEN.add(this);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Adds what ends the command's waiting; runs at once if the signal has come already. */
  public void onStop(Runnable action) {
    synchronized (actions) {
      if (!isRequested()) {
        actions.add(action);
        return;
      }
    }
    action.run();
  }

  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Waits for the signal. */
  public void await() throws InterruptedException {
    requested.await();
  }

  /** Waits for the signal, but no longer than {@code millis}. */
  public boolean await(long millis) throws InterruptedException {
    return requested.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits, where the JVM ends, until commands have closed what they opened. */
  static void awaitCommands() {
    OPEN.forEach(StopSignal::awaitClose);
  }

  @Override
  public void close() {
    closed.countDown();
    OPEN.remove(this);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // The hook is running; it ends now that this is closed.
    }
  }

  private void stopAndWait() {
    synchronized (actions) {
      requested.countDown();
    }
    for (Runnable action : actions) {
      action.run();
    }
    awaitClose();
  }

  private void awaitClose() {
    try {
      closed.await(SECONDS_TO_CLOSE, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
