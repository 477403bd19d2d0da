package dev.millrace.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.text.DecimalFormat;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far long work has come, on standard error: a bar on a terminal, elsewhere a plain line every
 * few seconds. Not thread-safe.
 */
public final class Progress implements AutoCloseable {
  private static final long NANOS_BETWEEN_LINES = 5_000_000_000L;

  private final PrintWriter err;
  private final String task;
  private final long total;
  private final ProgressBar bar;
  private final long start = System.nanoTime();
  private long lastLine = start;
  private long done;

  public Progress(PrintWriter err, String task, long total) {
    this(err, task, total, Terminal.errIsInteractive() ? bar(task, total) : null);
  }

  private Progress(PrintWriter err, String task, long total, ProgressBar bar) {
    this.err = err;
    this.task = task;
    this.total = total;
    this.bar = bar;
  }

  /** Counts and shows nothing, where something else shows how far it has come. */
  static Progress hidden() {
    return new Progress(new PrintWriter(Writer.nullWriter()), "", 0, null);
  }

  /** One record more is done. */
  public void step() {
    stepTo(done + 1);
  }

  /** So many records are done. */
  public void stepTo(long records) {
    done = records;
    if (bar != null) {
      bar.stepTo(done);
    } else {
      lineWhenDue();
    }
  }

  public long done() {
    return done;
  }

  public double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.stepTo(done);
      bar.close();
    }
  }

  private void lineWhenDue() {
    long now = System.nanoTime();
    if (now - lastLine >= NANOS_BETWEEN_LINES) {
      lastLine = now;
      err.printf("%s: %,d of %,d records, %,.0f records/s%n", task, done, total, done / seconds());
    }
  }

  private static ProgressBar bar(String task, long total) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setUnit(" records", 1)
        .setUpdateIntervalMillis(200)
        .setStyle(
            Terminal.hasColor()
                ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
                : ProgressBarStyle.UNICODE_BLOCK)
        .showSpeed(new DecimalFormat("#,##0"))
        .build();
  }
}
