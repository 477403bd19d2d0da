package dev.millrace.cli.run;

import dev.millrace.config.Settings;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Says that models fill the heap before there is none left, when the JVM ends itself at once. */
final class MemoryWatch {
  private static final double NEARLY_FULL = 0.9;
  private static final double RELIEVED = 0.8;
  private static final int MIB = 1 << 20;

  private final Settings.Backend backend;
  private final Supplier<MemoryUsage> oldGeneration;
  private boolean told;

  /**
   * @param oldGeneration what lives long, without garbage as far as it is known; null if nobody
   *     knows
   */
  MemoryWatch(Settings.Backend backend, Supplier<MemoryUsage> oldGeneration) {
    this.backend = backend;
    this.oldGeneration = oldGeneration;
  }

  /** Watches this JVM's heap. */
  static MemoryWatch ofThisJvm(Settings.Backend backend) {
    // The old generation, where there are generations: it is the largest pool.
    Optional<MemoryPoolMXBean> largest =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()));
    return new MemoryWatch(backend, () -> largest.map(MemoryWatch::usage).orElse(null));
  }

  // G1 tells what a collection left of it after a full one alone, which is its last resort. It
  // begins to clear it when it is half full, so what is full is not garbage.
  private static MemoryUsage usage(MemoryPoolMXBean pool) {
    return pool.getName().startsWith("G1 ") ? pool.getUsage() : pool.getCollectionUsage();
  }

  /** A line for the user when memory has become nearly full. */
  Optional<String> look() {
    MemoryUsage usage = oldGeneration.get();
    if (usage == null || usage.getMax() <= 0) {
      return Optional.empty();
    }
    double share = (double) usage.getUsed() / usage.getMax();
    if (share < RELIEVED) {
      told = false;
    }
    if (told || share < NEARLY_FULL) {
      return Optional.empty();
    }
    told = true;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Memory is nearly full: what lives long takes %,d of %,d MiB. %s;"
                + " JAVA_OPTS=-Xmx%dm gives twice as much.",
            usage.getUsed() / MIB,
            usage.getMax() / MIB,
            switch (backend) {
              case HEAP ->
                  "state.backend: rocksdb keeps models on disk, state.ttl forgets idle keys";
              case ROCKSDB -> "A smaller state.cache-bytes keeps fewer models in memory";
            },
            2 * Runtime.getRuntime().maxMemory() / MIB));
  }
}
