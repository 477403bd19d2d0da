package dev.millrace.cli.console;

import java.text.DecimalFormat;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Progress bar on standard error if that is a terminal, else invisible. Not thread-safe. */
public final class Progress implements AutoCloseable {
  private static final String CLEAR_LINE = "\r\033[K";

  private final @Nullable ProgressBar bar;
  private final long start = System.nanoTime();
  private long done;

  public Progress(String task, long total) {
    this(Terminal.errIsInteractive() ? bar(task, total) : null);
  }

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /** Returns a progress that only counts. */
  public static Progress hidden() {
    return new Progress(null);
  }

  /** Adds one record. */
  public void step() {
    stepTo(done + 1);
  }

  /** Sets the number of records done. */
  public void stepTo(long records) {
    done = records;
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  /** Prints lines above the bar. */
  public void above(Runnable print) {
    if (bar == null) {
      print.run();
      return;
    }
    System.err.print(CLEAR_LINE);
    System.err.flush();
    print.run();
    bar.refresh();
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
