package dev.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The JDKs of this machine that can run the project: version 17 or newer, with the Vector API. */
public final class Jdks {

  private static final int OLDEST = 17;
  private static final String VERSION = "JAVA_VERSION=";
  private static final List<Path> FOLDERS =
      List.of(
          Path.of("/usr/lib/jvm"),
          Path.of("/Library/Java/JavaVirtualMachines"),
          Path.of(System.getProperty("user.home"), ".sdkman", "candidates", "java"));

  private Jdks() {}

  /** One JDK of each feature version other than the running one's, by that version. */
  public static Map<Integer, Path> others() {
    Map<Integer, Path> found = new TreeMap<>();
    for (Path home : candidates()) {
      int feature = feature(home);
      if (feature >= OLDEST && feature != Runtime.version().feature()) {
        found.putIfAbsent(feature, home);
      }
    }
    return found;
  }

  private static List<Path> candidates() {
    List<Path> homes = new ArrayList<>();
    String given = System.getenv("JAVA_HOME");
    if (given != null) {
      homes.add(Path.of(given));
    }
    for (Path folder : FOLDERS) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> entries = Files.list(folder)) {
          entries.sorted().forEach(homes::add);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    // Where a JDK is a macOS bundle.
    homes.addAll(homes.stream().map(home -> home.resolve("Contents/Home")).toList());
    return homes;
  }

  /** The feature version that a JDK says it has, 0 if it is none or lacks the Vector API. */
  private static int feature(Path home) {
    Path release = home.resolve("release");
    if (!Files.isRegularFile(release) || !Files.isExecutable(ChildJvm.java(home))) {
      return 0;
    }
    try {
      List<String> lines = Files.readAllLines(release);
      if (lines.stream().noneMatch(line -> line.contains("jdk.incubator.vector"))) {
        return 0;
      }
      return lines.stream()
          .filter(line -> line.startsWith(VERSION))
          .map(line -> line.substring(VERSION.length()).replace("\"", ""))
          .mapToInt(version -> Runtime.Version.parse(version).feature())
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
