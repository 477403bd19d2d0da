package dev.millrace.cli.http;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that answer requests: a few, which is fastest, and more of them while the few wait for
 * slow clients or for brokers. A request waits for a thread 40 ms at most. Thread-safe.
 */
final class RequestThreads implements Executor, AutoCloseable {
  /** Maximum number of connections, each of which may need a thread. */
  static final int MAX_CONNECTIONS = 1_000;

  private static final int CHECK_MILLIS = 20;
  private static final int IDLE_SECONDS = 10;

  private final int few;
  private final ThreadPoolExecutor pool;
  private final ScheduledExecutorService watch;
  // The request that was next at the last check.
  private @Nullable Runnable next;

  RequestThreads(int few) {
    this.few = few;
    AtomicInteger number = new AtomicInteger();
    ThreadFactory daemons =
        task -> {
          Thread thread = new Thread(task, "http-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    pool =
        new ThreadPoolExecutor(
            few,
            MAX_CONNECTIONS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            daemons);
    watch = Executors.newSingleThreadScheduledExecutor(daemons);
    watch.scheduleWithFixedDelay(this::check, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void execute(Runnable request) {
    pool.execute(request);
  }

  /** Runs something short once a time is over, unless it is cancelled before. */
  Future<?> later(Runnable action, long nanos) {
    return watch.schedule(action, nanos, TimeUnit.NANOSECONDS);
  }

  private void check() {
    Runnable last = next;
    next = pool.getQueue().peek();
    int threads = pool.getCorePoolSize();
    if (next != null && next == last) {
      pool.setCorePoolSize(Math.min(threads + pool.getQueue().size(), MAX_CONNECTIONS));
    } else if (threads > few && pool.getActiveCount() < few) {
      pool.setCorePoolSize(few);
    }
  }

  @Override
  public void close() {
    watch.shutdownNow();
    pool.shutdownNow();
  }
}
