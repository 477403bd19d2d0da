package dev.millrace.cli.console;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;

/**
 * Main class of the processes of a local cluster: runs another main class, and ends with the parent
 * process. Standard input is a pipe from the parent, which only ever ends.
 */
public final class ChildProcess {
  public static final int PARENT_IS_GONE = 3;

  /** System property that names a file of further properties, which may be secret. */
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
      Properties secret = new Properties();
      try (InputStream in = Files.newInputStream(Path.of(file))) {
        secret.load(in);
      }
      secret.stringPropertyNames().forEach(n -> System.setProperty(n, secret.getProperty(n)));
    }
    Class.forName(args[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
  }

  /** Runs an action when the parent process ends. */
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
        // The parent writes nothing.
      }
    } catch (IOException e) {
      // A broken pipe also means that the parent has ended.
    }
  }
}
