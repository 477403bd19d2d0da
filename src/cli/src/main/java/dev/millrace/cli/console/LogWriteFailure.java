package dev.millrace.cli.console;

import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.status.StatusData;
import org.apache.logging.log4j.status.StatusListener;
import org.apache.logging.log4j.status.StatusLogger;

/** Tells in one line, and once, that the log cannot be written, as on a full disk. */
public final class LogWriteFailure implements StatusListener {
  private final PrintWriter err;
  private final AtomicBoolean told = new AtomicBoolean();

  private LogWriteFailure(PrintWriter err) {
    this.err = err;
  }

  /** Listens to what log4j says of itself, in place of the console. */
  public static void tellOn(PrintWriter err) {
    StatusLogger.getLogger().registerListener(new LogWriteFailure(err));
  }

  @Override
  public void log(StatusData trouble) {
    if (told.compareAndSet(false, true)) {
      err.printf(
          "The log %s cannot be written, and lacks lines: %s%n", LogFile.file(), reason(trouble));
    }
  }

  private static String reason(StatusData trouble) {
    return trouble.getThrowable() == null
        ? trouble.getMessage().getFormattedMessage()
        : RootCause.message(trouble.getThrowable());
  }

  @Override
  public Level getStatusLevel() {
    return Level.ERROR;
  }

  @Override
  public void close() {}
}
