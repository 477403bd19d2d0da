package dev.millrace.cli.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/**
 * Limits the total time a thread waits for one client, over any number of reads and writes. Time
 * between them does not count. Not thread-safe.
 */
public final class ClientWait {

  /** Reads from a client or writes to it. */
  public interface Call<T> {
    T run() throws IOException;
  }

  // Ends one wait: interrupting a thread that is blocked in a channel closes the channel.
  private static final class Alarm implements Runnable {
    private final Thread thread = Thread.currentThread();
    private boolean over;
    private boolean rang;

    @Override
    public synchronized void run() {
      if (!over) {
        rang = true;
        thread.interrupt();
      }
    }

    // A wait that has ended must not interrupt later work of the thread.
    synchronized void end() {
      over = true;
      if (rang) {
        Thread.interrupted();
      }
    }
  }

  private final RequestThreads threads;
  private long nanosLeft;

  /**
   * @param nanos maximum time of all calls together
   */
  ClientWait(RequestThreads threads, long nanos) {
    this.threads = threads;
    this.nanosLeft = nanos;
  }

  /**
   * Runs a call of the calling thread.
   *
   * @throws IOException if it fails or the time is over; the connection is closed then
   */
  public <T> T call(Call<T> call) throws IOException {
    long start = System.nanoTime();
    Alarm alarm = new Alarm();
    Future<?> ring;
    try {
      ring = threads.later(alarm, Math.max(nanosLeft, 0));
    } catch (RejectedExecutionException e) {
      throw (IOException) new InterruptedIOException("the server is being closed").initCause(e);
    }
    try {
      return call.run();
    } finally {
      ring.cancel(false);
      alarm.end();
      nanosLeft -= System.nanoTime() - start;
    }
  }
}
