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
 * The pages that listen for changes by server-sent events.
 *
 * <p>Each listener is served by the thread of its own request. A publisher only leaves a note for
 * it, the newest summary of each changed key, so a slow or dead listener delays nobody; and however
 * fast records come, a listener hears at most four times a second.
 */
final class DashboardEvents {
  static final int MAX_LISTENERS = 64;
  private static final int MAX_CHANGED = 200; // summaries in one event
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Writes what is told of a key. */
  @FunctionalInterface
  interface Summary {
    void write(JsonGenerator out, DashboardRecord record) throws IOException;
  }

  private final DashboardLines.Fields overview;
  private final Summary summary;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  /**
   * @param overview writes what every event tells
   * @param summary writes what is told of a key that has changed
   */
  DashboardEvents(DashboardLines.Fields overview, Summary summary) {
    this.overview = overview;
    this.summary = summary;
  }

  /** Tells every listener that a key has a new record; never blocks on the network. */
  void changed(DashboardRecord record) {
    for (Listener listener : listeners) {
      listener.offer(record);
    }
  }

  /** Tells every listener to send the overview again. */
  void overviewChanged() {
    for (Listener listener : listeners) {
      listener.wake();
    }
  }

  /** Whether one more listener may come; ends those whose network has not moved for long. */
  synchronized boolean hasRoom() {
    if (listeners.size() >= MAX_LISTENERS) {
      long now = System.nanoTime();
      for (Listener listener : listeners) {
        listener.interruptIfStalled(now);
      }
    }
    return listeners.size() < MAX_LISTENERS;
  }

  /** Writes events until the listener goes (an IOException) or {@link #close} is called. */
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
   * What a listener has not heard yet.
   *
   * @param more whether keys changed beyond those listed
   * @param overview whether something changed that is of no key
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

    /** Waits for a change, at most as long as a heartbeat and at least a quarter of a second. */
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
