package dev.millrace.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Redraws a view on a terminal's alternate screen; closing it restores the screen and prints the
 * last state. Thread-safe.
 */
public final class LiveScreen implements AutoCloseable {
  private static final String ALTERNATE_SCREEN = "\u001b[?1049h\u001b[?25l";
  private static final String MAIN_SCREEN = "\u001b[?25h\u001b[?1049l";
  private static final String TOP = "\u001b[H";
  private static final String REST_OF_LINE = "\u001b[K";
  private static final String REST_OF_SCREEN = "\u001b[J";
  private static final long DRAW_MILLIS = 500;
  private static final int DRAWS_BETWEEN_SIZES = 6;

  private final PrintWriter out;
  private final LiveView view;
  private final ScheduledExecutorService drawing;
  private Terminal.Size size;
  private @Nullable String notice;
  private int draws;
  private boolean closed;

  public LiveScreen(PrintWriter out, LiveView view, Terminal.Size size) {
    this.out = out;
    this.view = view;
    this.size = size;
    out.print(ALTERNATE_SCREEN);
    out.flush();
    drawing =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "millrace-live");
              thread.setDaemon(true);
              return thread;
            });
    drawing.scheduleWithFixedDelay(this::draw, 0, DRAW_MILLIS, TimeUnit.MILLISECONDS);
  }

  public synchronized void accept(JsonNode record) {
    view.accept(record);
  }

  /** Shows a line at the bottom. */
  public synchronized void notice(String text) {
    notice = text;
  }

  private void draw() {
    try {
      if (draws++ % DRAWS_BETWEEN_SIZES == DRAWS_BETWEEN_SIZES - 1) {
        resize(Terminal.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    show();
  }

  private synchronized void show() {
    if (!closed) {
      out.print(frame());
      out.flush();
    }
  }

  private synchronized void resize(Terminal.Size newSize) {
    size = newSize;
  }

  /** Returns one frame, with lines cut to the width of the terminal. */
  private String frame() {
    StringBuilder frame = new StringBuilder(TOP);
    List<String> lines = lines();
    for (int l = 0; l < lines.size(); l++) {
      String line = lines.get(l);
      int cut = Math.min(line.length(), size.columns());
      frame.append(line, 0, cut).append(REST_OF_LINE).append(l + 1 < lines.size() ? "\r\n" : "");
    }
    return frame.append(REST_OF_SCREEN).toString();
  }

  private List<String> lines() {
    if (notice == null) {
      return view.lines(size);
    }
    List<String> lines =
        new ArrayList<>(view.lines(new Terminal.Size(size.lines() - 1, size.columns())));
    lines.add(notice);
    return lines;
  }

  @Override
  public void close() {
    drawing.shutdownNow();
    synchronized (this) {
      closed = true;
      out.print(MAIN_SCREEN);
      view.lines(size).forEach(out::println);
      out.flush();
    }
  }
}
