package dev.millrace.cli.console;

import picocli.CommandLine.IVersionProvider;

/** Versions that {@code --version} prints. */
public final class Version implements IVersionProvider {

  /** Returns Millrace's version, or "(development build)" when run from class files. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(development build)" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "Millrace " + current(),
      "Java " + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")"
    };
  }
}
