package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.Settings;
import java.lang.management.MemoryUsage;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryWatchTest {
  private static final long MIB = 1 << 20;

  private long used;
  private final MemoryWatch watch =
      new MemoryWatch(
          Settings.Backend.HEAP,
          () -> Optional.of(new MemoryUsage(0, used, 2_000 * MIB, 2_000 * MIB)));

  @Test
  void memoryThatIsNearlyFullIsReportedOnceWithRemedies() {
    used = 1_799 * MIB;
    assertThat(watch.look()).isEmpty();

    used = 1_800 * MIB;
    assertThat(watch.look())
        .contains(
            "Memory is nearly full: long-lived objects use 1,800 of 2,000 MiB."
                + " state.backend: rocksdb keeps models on disk, state.ttl removes idle keys;"
                + " JAVA_OPTS=-Xmx"
                + 2 * Runtime.getRuntime().maxMemory() / MIB
                + "m doubles the heap.");
    assertThat(watch.look()).isEmpty();
  }

  @Test
  void fullMemoryIsReportedAgainAfterItWasFree() {
    used = 1_900 * MIB;
    assertThat(watch.look()).isPresent();
    used = 1_700 * MIB;
    assertThat(watch.look()).isEmpty();
    used = 1_900 * MIB;
    assertThat(watch.look()).isEmpty();

    used = 1_500 * MIB;
    assertThat(watch.look()).isEmpty();
    used = 1_900 * MIB;
    assertThat(watch.look()).isPresent();
  }

  @Test
  void withRocksDbTheCacheIsWhatCanBeSmaller() {
    MemoryWatch rocksDb =
        new MemoryWatch(
            Settings.Backend.ROCKSDB, () -> Optional.of(new MemoryUsage(0, 99, 100, 100)));

    assertThat(rocksDb.look().orElseThrow()).contains("smaller state.cache-bytes");
  }

  @Test
  void aJvmWithoutMemoryUsageIsNotWatched() {
    assertThat(new MemoryWatch(Settings.Backend.HEAP, Optional::empty).look()).isEmpty();
    assertThat(
            new MemoryWatch(
                    Settings.Backend.HEAP, () -> Optional.of(new MemoryUsage(0, 99, 100, -1)))
                .look())
        .isEmpty();
  }

  @Test
  void thisJvmHasMemoryLeft() {
    assertThat(MemoryWatch.ofThisJvm(Settings.Backend.HEAP).look()).isEmpty();
  }
}
