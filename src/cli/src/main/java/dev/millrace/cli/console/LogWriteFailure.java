package dev.millrace.cli.console;

import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.status.StatusData;
import org.apache.logging.log4j.status.StatusListener;
import org.apache.logging.log4j.status.StatusLogger;

/** Reports once that the log cannot be written, as on a full disk. */
public final class LogWriteFailure implements StatusListener {
  private final PrintWriter err;
  private final AtomicBoolean reported = new AtomicBoolean();

  private LogWriteFailure(PrintWriter err) {
    this.err = err;
  }

  /** Listens to log4j's own status messages instead of the console. */
  public static void reportTo(PrintWriter err) {
    StatusLogger.getLogger().registerListener(new LogWriteFailure(err));
  }

  @Override
  public void log(StatusData status) {
    if (reported.compareAndSet(false, true)) {
      err.printf(
          "The log %s cannot be written, and lacks lines: %s%n", LogFile.file(), reason(status));
    }
  }

  private static String reason(StatusData status) {
    return status.getThrowable() == null
        ? status.getMessage().getFormattedMessage()
        : RootCause.message(status.getThrowable());
  }

  @Override
  public Level getStatusLevel() {
    return Level.ERROR;
  }

  @Override
  public void close() {}
}
