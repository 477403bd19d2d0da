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

/** Reports that models fill the heap before the JVM runs out of memory and exits. */
final class MemoryWatch {
  private static final double NEARLY_FULL = 0.9;
  private static final double RELIEVED = 0.8;
  private static final int MIB = 1 << 20;

  private final Settings.Backend backend;
  private final Supplier<Optional<MemoryUsage>> oldGeneration;
  private boolean reported;

  /**
   * @param oldGeneration usage of the old generation, without garbage as far as it is known
   */
  MemoryWatch(Settings.Backend backend, Supplier<Optional<MemoryUsage>> oldGeneration) {
    this.backend = backend;
    this.oldGeneration = oldGeneration;
  }

  /** Watches this JVM's heap. */
  static MemoryWatch ofThisJvm(Settings.Backend backend) {
    // The old generation is the largest pool.
    Optional<MemoryPoolMXBean> largest =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()));
    return new MemoryWatch(backend, () -> largest.map(MemoryWatch::usage));
  }

  // G1 reports the usage after a collection only for full collections, its last resort. It starts
  // to
  // collect the old generation when it is half full, so a full one is not garbage.
  private static MemoryUsage usage(MemoryPoolMXBean pool) {
    return pool.getName().startsWith("G1 ") ? pool.getUsage() : pool.getCollectionUsage();
  }

  /** Returns a line for the user when memory has become nearly full. */
  Optional<String> look() {
    return oldGeneration.get().filter(usage -> usage.getMax() > 0).flatMap(this::look);
  }

  private Optional<String> look(MemoryUsage usage) {
    double share = (double) usage.getUsed() / usage.getMax();
    if (share < RELIEVED) {
      reported = false;
    }
    if (reported || share < NEARLY_FULL) {
      return Optional.empty();
    }
    reported = true;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Memory is nearly full: long-lived objects use %,d of %,d MiB. %s;"
                + " JAVA_OPTS=-Xmx%dm doubles the heap.",
            usage.getUsed() / MIB,
            usage.getMax() / MIB,
            switch (backend) {
              case HEAP ->
                  "state.backend: rocksdb keeps models on disk, state.ttl removes idle keys";
              case ROCKSDB -> "A smaller state.cache-bytes keeps fewer models in memory";
            },
            2 * Runtime.getRuntime().maxMemory() / MIB));
  }
}
