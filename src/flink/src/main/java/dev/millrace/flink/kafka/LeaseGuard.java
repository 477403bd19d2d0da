package dev.millrace.flink.kafka;

import dev.millrace.kafka.Lease;
import dev.millrace.kafka.LeaseException;
import dev.millrace.kafka.LeaseRecord;
import dev.millrace.kafka.LeaseStore;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the sinks of a process write while their job has the {@link Lease}. One thread looks for all
 * of them. Thread-safe.
 */
public final class LeaseGuard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseGuard.class);
  private static final long FIRST_LOOK_MILLIS = 200;
  private static final int FAILURES_PER_WARNING = 30;
  private static final Map<Lease, LeaseGuard> OPEN = new HashMap<>();

  private final Lease lease;
  private final Thread thread;
  private int users; // guarded by OPEN
  // Both belong to the thread. There is no store before the first look, and after a failure.
  private @Nullable LeaseStore store;
  private int failures;
  // By two clocks, one of which may have stood still while the machine slept.
  private volatile long validUntilNanos = System.nanoTime();
  private volatile long validUntilMillis;
  private boolean wasHeld; // guarded by this, as the two below
  private boolean isWanted;
  private @Nullable Exception failure;

  private LeaseGuard(Lease lease) {
    this.lease = lease;
    this.thread = new Thread(this::run, "millrace-lease-guard");
    thread.setDaemon(true);
  }

  /** Returns the guard of this process; each caller closes it. */
  public static LeaseGuard open(Lease lease) {
    synchronized (OPEN) {
      LeaseGuard guard = OPEN.get(lease);
      if (guard == null) {
        guard = new LeaseGuard(lease);
        OPEN.put(lease, guard);
        guard.thread.start();
      }
      guard.users++;
      return guard;
    }
  }

  /**
   * Returns if the job has the lease, after waiting for it or for brokers that do not answer.
   *
   * @throws SuppressRestartsException if another job has taken it
   */
  public void requireHeld() throws InterruptedException {
    if (!isValid()) {
      awaitHeld();
    }
  }

  private boolean isValid() {
    return System.nanoTime() - validUntilNanos < 0 && System.currentTimeMillis() < validUntilMillis;
  }

  private synchronized void awaitHeld() throws InterruptedException {
    while (!isValid()) {
      if (failure != null) {
        throw failure instanceof LeaseException
            ? new SuppressRestartsException(failure)
            : new FlinkRuntimeException(failure);
      }
      if (!isWanted) { // else those that wait would wake each other for ever
        isWanted = true;
        notifyAll();
      }
      wait();
    }
  }

  private void run() {
    try {
      watch();
    } catch (InterruptedException | InterruptException e) {
      LOG.debug("No sink of {} is left in this process", lease.pipeline());
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void watch() throws InterruptedException {
    try {
      while (look()) {
        pause();
      }
    } finally {
      closeStore();
    }
  }

  private void closeStore() {
    LeaseStore open = store;
    store = null;
    if (open != null) {
      open.close();
    }
  }

  /** Looks at the lease; returns false if it is lost. */
  private boolean look() throws InterruptedException {
    long nanos = System.nanoTime();
    long millis = System.currentTimeMillis();
    try {
      if (store == null) {
        store = new LeaseStore(lease);
      }
      LeaseRecord record = store.read().orElse(null);
      failures = 0;
      if (record == null) {
        return true; // the job manager has not taken it yet
      }
      if (record.holder().equals(lease.holder())) {
        if (record.state() == LeaseRecord.State.HELD) {
          found(nanos, millis);
        }
        return true;
      }
      if (wasHeld()) {
        fail(lease.lost(record));
        return false;
      }
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      if (failures % FAILURES_PER_WARNING == 0) {
        LOG.warn("The lease of pipeline {} cannot be read: {}", lease.pipeline(), e.getMessage());
      }
      failures++;
      closeStore(); // its client may never have had what it needs, such as the key of a user
    }
    return true;
  }

  private synchronized void found(long nanos, long millis) {
    validUntilNanos = nanos + Lease.VALIDITY.toNanos();
    validUntilMillis = millis + Lease.VALIDITY.toMillis();
    wasHeld = true;
    isWanted = false;
    notifyAll();
  }

  private synchronized boolean wasHeld() {
    return wasHeld;
  }

  private synchronized void fail(Exception e) {
    failure = e;
    notifyAll();
  }

  private synchronized void pause() throws InterruptedException {
    long start = System.nanoTime();
    long left = pauseMillis();
    while (left > 0) {
      wait(left);
      left = pauseMillis() - (System.nanoTime() - start) / 1_000_000;
    }
  }

  /** Returns the poll interval; it is shorter while a sink waits. */
  private synchronized long pauseMillis() {
    return failures == 0 && (isWanted || !wasHeld) ? FIRST_LOOK_MILLIS : Lease.RENEWAL.toMillis();
  }

  @Override
  public void close() {
    synchronized (OPEN) {
      users--;
      if (users > 0) {
        return;
      }
      OPEN.remove(lease);
    }
    thread.interrupt();
  }
}
