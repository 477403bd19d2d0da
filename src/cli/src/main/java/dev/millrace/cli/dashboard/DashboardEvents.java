package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Sends changes to open pages as server-sent events. Thread-safe.
 *
 * <p>Each listener is served by the thread of its own request. A publisher only leaves the newest
 * record of each changed key for it, so that a slow listener delays no other. A listener gets at
 * most four events a second.
 */
final class DashboardEvents {
  static final int MAX_LISTENERS = 64;
  private static final int MAX_CHANGED = 200; // summaries in one event
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Writes the summary of a key. */
  interface KeyWriter {
    void write(JsonGenerator out, DashboardRecord record) throws IOException;
  }

  private final DashboardLines.Fields overview;
  private final KeyWriter summary;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  /**
   * @param overview writes the overview in each event
   * @param summary writes the summary of a changed key
   */
  DashboardEvents(DashboardLines.Fields overview, KeyWriter summary) {
    this.overview = overview;
    this.summary = summary;
  }

  /** Offers a record to every listener; never blocks on the network. */
  void changed(DashboardRecord record) {
    for (Listener listener : listeners) {
      listener.offer(record);
    }
  }

  /** Makes every listener send the overview again. */
  void overviewChanged() {
    for (Listener listener : listeners) {
      listener.wake();
    }
  }

  /** Returns true if there is room for a listener; ends stalled ones. */
  synchronized boolean hasRoom() {
    if (listeners.size() >= MAX_LISTENERS) {
      long now = System.nanoTime();
      for (Listener listener : listeners) {
        listener.interruptIfStalled(now);
      }
    }
    return listeners.size() < MAX_LISTENERS;
  }

  /** Writes events until the client has gone (an IOException) or {@link #close} is called. */
  void serve(OutputStream out) throws IOException {
    Listener listener = new Listener(Thread.currentThread());
    listeners.add(listener);
    try {
      listener.write(out, "retry: 1000\n" + event("update", Pending.NOTHING));
      while (!closed) {
        Pending pending = listener.await();
        boolean heartbeat = pending.changed().isEmpty() && !pending.overview();
        listener.write(out, event(heartbeat ? "heartbeat" : "update", pending));
      }
    } catch (InterruptedException e) {
      throw new IOException("listener stalled or server closing", e);
    } finally {
      listeners.remove(listener);
    }
  }

  void close() {
    closed = true;
    overviewChanged();
  }

  private String event(String name, Pending pending) {
    String data =
        DashboardLines.object(
            out -> {
              out.writeObjectFieldStart("overview");
              overview.writeTo(out);
              out.writeEndObject();
              writeChanged(out, pending);
            });
    return "event: " + name + "\ndata: " + data + "\n\n";
  }

  private void writeChanged(JsonGenerator out, Pending pending) throws IOException {
    out.writeArrayFieldStart("changed");
    for (DashboardRecord record : pending.changed()) {
      out.writeStartObject();
      summary.write(out, record);
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeBooleanField("more", pending.more());
  }

  /**
   * Changes that were not sent to a listener yet.
   *
   * @param more true if further keys changed
   * @param overview true if the overview changed
   */
  private record Pending(List<DashboardRecord> changed, boolean more, boolean overview) {
    private static final Pending NOTHING = new Pending(List.of(), true, true);
  }

  /** One open page. */
  private static final class Listener {
    private final Thread thread;
    private final Map<String, DashboardRecord> changed = new LinkedHashMap<>();
    private boolean more;
    private boolean overview;
    private long lastEventNanos = System.nanoTime();
    private volatile long writingSinceNanos;
    private volatile boolean writing;

    Listener(Thread thread) {
      this.thread = thread;
    }

    synchronized void offer(DashboardRecord record) {
      if (changed.size() < MAX_CHANGED || changed.containsKey(record.key())) {
        changed.put(record.key(), record);
      } else {
        more = true;
      }
      notifyAll();
    }

    synchronized void wake() {
      overview = true;
      notifyAll();
    }

    /** Waits for a change, at least a quarter of a second and at most a heartbeat. */
    synchronized Pending await() throws InterruptedException {
      long sinceLast = System.nanoTime() - lastEventNanos;
      while (sinceLast < PERIOD_NANOS
          || (sinceLast < HEARTBEAT_NANOS && changed.isEmpty() && !overview)) {
        long until = sinceLast < PERIOD_NANOS ? PERIOD_NANOS : HEARTBEAT_NANOS;
        TimeUnit.NANOSECONDS.timedWait(this, until - sinceLast);
        sinceLast = System.nanoTime() - lastEventNanos;
      }
      Pending pending = new Pending(new ArrayList<>(changed.values()), more, overview);
      changed.clear();
      more = false;
      overview = false;
      lastEventNanos = System.nanoTime();
      return pending;
    }

    void write(OutputStream out, String text) throws IOException {
      writingSinceNanos = System.nanoTime();
      writing = true;
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
      writing = false;
    }

    /** Interrupting a thread in a channel write closes the channel, which frees the thread. */
    void interruptIfStalled(long nowNanos) {
      if (writing && nowNanos - writingSinceNanos > STALLED_NANOS) {
        thread.interrupt();
      }
    }
  }
}
