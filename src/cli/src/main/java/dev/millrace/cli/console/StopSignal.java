package dev.millrace.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stops a command on Ctrl-C or SIGTERM: the JVM waits until the command has closed its resources,
 * then exits with the signal's usual code (130 or 143).
 *
 * <p>Declare it as the first resource of a try block, so that it is closed last. Thread-safe.
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

  /** Adds an action to run on the signal; runs it at once if the signal has already come. */
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

  /** Waits at most {@code millis} for the signal; returns true if it has come. */
  public boolean await(long millis) throws InterruptedException {
    return requested.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits until all commands have closed their resources. */
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
      // The hook is running, and ends now.
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
