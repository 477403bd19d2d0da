package dev.millrace.cli.doctor;

import dev.millrace.cli.console.Directories;
import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.LogFile;
import dev.millrace.cli.console.Plural;
import dev.millrace.simd.KernelProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Checks of {@code doctor} on this machine: JVM, flags, memory, disks, clock. */
final class MachineChecks {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String NOT_INLINED = "dontinline,dev.millrace.simd.VectorKernels::*";
  private static final List<String> OPENED = List.of("java.lang", "java.util", "java.time");
  private static final long MIN_HEAP = 512L << 20;
  private static final long MIN_DISK = 1L << 30;
  private static final Duration CLOCK_TOLERANCE = Duration.ofDays(1);

  private MachineChecks() {}

  /** Runs all checks. */
  static List<Finding> all(Path stateDir) {
    List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(module(ModuleLayer.boot().findModule(MODULE).isPresent()));
    findings.add(
        simd(
            KernelProvider.kernels().description(),
            KernelProvider.kernels().bits(),
            KernelProvider.obstacle()));
    findings.add(flags(flags, closedPackages()));
    findings.add(memory(Runtime.getRuntime().maxMemory()));
    findings.add(disk("checkpoints", stateDir));
    findings.add(disk("logs", Objects.requireNonNull(LogFile.file().getParent())));
    findings.add(disk("temporary files", Path.of(System.getProperty("java.io.tmpdir"))));
    findings.add(clock(Instant.now(), built()));
    return findings;
  }

  private static Finding java() {
    return Finding.ok(
        "java",
        "%s (%s), %s"
            .formatted(
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                System.getProperty("java.home")));
  }

  static Finding module(boolean present) {
    return present
        ? Finding.ok("module", MODULE)
        : Finding.warning(
            "module",
            MODULE + " is missing: same results, slower",
            "Add --add-modules "
                + MODULE
                + " to JAVA_OPTS, on a cluster to env.java.opts.taskmanager, as"
                + " flink-conf/config.yaml does.");
  }

  /**
   * @param obstacle reason why SIMD is off, unless a property turned it off
   */
  static Finding simd(String description, int bits, @Nullable String obstacle) {
    if (obstacle != null) {
      String remedy = Character.toUpperCase(obstacle.charAt(0)) + obstacle.substring(1);
      return Finding.warning("simd", description, remedy);
    }
    return bits > 0
        ? Finding.ok("simd", description)
        : Finding.warning(
            "simd",
            description + " by -Dmillrace.simd.bits=0: same results, slower",
            "Remove that property from JAVA_OPTS.");
  }

  static Finding flags(List<String> given, List<String> closed) {
    if (given.stream().noneMatch(flag -> flag.endsWith(NOT_INLINED))) {
      return Finding.warning(
          "flags",
          "the JVM may inline kernels into one method, which is slower",
          "Add -XX:CompileCommand=" + NOT_INLINED + ", or start with ./millrace, which does.");
    }
    if (!closed.isEmpty()) {
      return Finding.failed(
          "flags",
          "Flink needs access to " + String.join(", ", closed) + ", which this JVM does not allow",
          "Add --add-opens java.base/"
              + closed.get(0)
              + "=ALL-UNNAMED, or start with ./millrace, which does.");
    }
    return Finding.ok("flags", "as the launcher sets them");
  }

  private static List<String> closedPackages() {
    Module base = Object.class.getModule();
    Module ours = MachineChecks.class.getModule();
    return OPENED.stream().filter(name -> !base.isOpen(name, ours)).toList();
  }

  static Finding memory(long heap) {
    String text =
        "heap up to %s, %s"
            .formatted(
                size(heap), Plural.of(Runtime.getRuntime().availableProcessors(), "processor"));
    return heap >= MIN_HEAP
        ? Finding.ok("memory", text)
        : Finding.warning(
            "memory", text, "A job and its models need more; set for example JAVA_OPTS=-Xmx2g.");
  }

  /**
   * @param use of the directory
   * @param directory may not exist yet
   */
  static Finding disk(String use, Path directory) {
    Path existing = Directories.existing(directory);
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      return Finding.failed(
          "disk",
          "%s for %s is not writable (%s)".formatted(directory, use, existing),
          "Allow this user to write there, or choose another directory.");
    }
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      String text = "%s free for %s (%s)".formatted(size(free), use, directory);
      return free >= MIN_DISK
          ? Finding.ok("disk", text)
          : Finding.warning("disk", text, "Free some space, or choose another directory.");
    } catch (IOException e) {
      return Finding.warning(
          "disk",
          "%s for %s: its free space is unknown (%s)".formatted(directory, use, e.getMessage()),
          "Check that at least 1 GB is free.");
    }
  }

  /**
   * @param built time of the build, if it is known
   */
  static Finding clock(Instant now, @Nullable Instant built) {
    String text = now.truncatedTo(ChronoUnit.SECONDS).toString();
    boolean wrong = built != null && now.isBefore(built.minus(CLOCK_TOLERANCE));
    return wrong
        ? Finding.failed(
            "clock",
            text + " is before this release was built (" + built + ")",
            "Set the clock, best by NTP: timedatectl set-ntp true")
        : Finding.ok("clock", text);
  }

  private static @Nullable Instant built() {
    CodeSource source = MachineChecks.class.getProtectionDomain().getCodeSource();
    try {
      return source == null
          ? null
          : Files.getLastModifiedTime(Path.of(source.getLocation().toURI())).toInstant();
    } catch (IOException | URISyntaxException e) {
      return null;
    }
  }

  private static String size(long bytes) {
    return bytes < MIN_DISK
        ? "%d MB".formatted(bytes >> 20)
        : "%.1f GB".formatted(bytes / (double) MIN_DISK);
  }
}
