package dev.millrace.cli.console;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;

/**
 * Main class of the processes of a local cluster: runs another main class, and ends with the
 * process that has started it, whatever ended that one.
 *
 * <p>Standard input is a pipe from there, on which nothing ever comes but its end.
 */
public final class ChildProcess {
  public static final int PARENT_IS_GONE = 3;

  /** System property that names a file of further ones, which no command line or log shows. */
  public static final String PROPERTIES = "millrace.properties";

  private ChildProcess() {}

  /**
   * Runs a main class until its parent is gone.
   *
   * @param args the main class, then its arguments
   */
  public static void main(String[] args) throws ReflectiveOperationException, IOException {
    whenParentIsGone(() -> Runtime.getRuntime().halt(PARENT_IS_GONE));
    String file = System.getProperty(PROPERTIES);
    if (file != null) {
      Properties further = new Properties();
      try (InputStream in = Files.newInputStream(Path.of(file))) {
        further.load(in);
      }
      further.stringPropertyNames().forEach(n -> System.setProperty(n, further.getProperty(n)));
    }
    Class.forName(args[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
  }

  /** Does something when the process that has started this one is gone. */
  public static void whenParentIsGone(Runnable action) {
    Thread watch =
        new Thread(
            () -> {
              awaitEndOfInput();
              action.run();
            },
            "millrace-parent");
    watch.setDaemon(true);
    watch.start();
  }

  private static void awaitEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes.
      }
    } catch (IOException e) {
      // A broken pipe says the same.
    }
  }
}
