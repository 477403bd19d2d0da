package dev.millrace.cli;

import java.io.IOException;
import java.util.Arrays;

/**
 * Main class of the processes of a local cluster: runs another main class, and ends with the
 * process that has started it, whatever ended that one.
 *
 * <p>Standard input is a pipe from there, on which nothing ever comes but its end.
 */
final class ChildProcess {
  private static final int PARENT_IS_GONE = 3;

  private ChildProcess() {}

  /**
   * Runs a main class until its parent is gone.
   *
   * @param args the main class, then its arguments
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    Thread watch = new Thread(ChildProcess::haltWithParent, "millrace-parent");
    watch.setDaemon(true);
    watch.start();
    Class.forName(args[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
  }

  private static void haltWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes.
      }
    } catch (IOException e) {
      // A broken pipe says the same.
    }
    Runtime.getRuntime().halt(PARENT_IS_GONE);
  }
}
