package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OldSnapshotsTest {
  private static final String JOB = "0123456789abcdef0123456789abcdef";

  @TempDir private Path dir;

  @Test
  void theNewestStayWhateverTheyAre() throws IOException {
    Path oldest = snapshot("savepoint-0a", 1_000);
    Path older = snapshot(JOB + "/chk-3", 2_000);
    Path newer = snapshot("savepoint-0b", 3_000);
    Path newest = snapshot("savepoint-0c", 4_000);

    assertThat(OldSnapshots.removeAllBut(2, dir, Optional.of(newest))).isEqualTo(2);

    assertThat(oldest).doesNotExist();
    assertThat(older.getParent()).doesNotExist();
    assertThat(newer).exists();
    assertThat(newest).exists();
  }

  @Test
  void theSnapshotThatFlinkCountedLastStays() throws IOException {
    Path older = SnapshotsTest.snapshot(dir.resolve("savepoint-0a"), 1, 9_000);
    Path newer = SnapshotsTest.snapshot(dir.resolve(JOB + "/chk-2"), 2, 1_000);
    Path newest = SnapshotsTest.snapshot(dir.resolve("savepoint-0b"), 3, 500);

    OldSnapshots.removeAllBut(2, dir, Optional.of(newest));

    assertThat(older).doesNotExist();
    assertThat(newer).exists();
    assertThat(newest).exists();
  }

  @Test
  void modelsLeftBehindGoBeforeThoseThatReplacedThem() throws IOException {
    Path behind = SnapshotsTest.snapshot(dir.resolve("savepoint-0a"), 100, 1_000);
    RestoreMarkerTest.marked(dir, Optional.empty());
    Path own = SnapshotsTest.snapshot(dir.resolve("savepoint-0b"), 1, 2_000);

    OldSnapshots.removeAllBut(1, dir, Optional.empty());

    assertThat(behind).doesNotExist();
    assertThat(own).exists();
  }

  @Test
  void aSnapshotThatIsUsedOrMarkedStaysHoweverOldItIs() throws IOException {
    Path used = snapshot(JOB + "/chk-1", 1_000);
    Path marked = snapshot("savepoint-0a", 2_000);
    OldSnapshots.keep(marked);
    snapshot("savepoint-0b", 3_000);
    snapshot("savepoint-0c", 4_000);

    assertThat(OldSnapshots.removeAllBut(1, dir, Optional.of(used))).isEqualTo(1);

    assertThat(used).exists();
    assertThat(marked).exists();
    assertThat(dir.resolve("savepoint-0b")).doesNotExist();
  }

  @Test
  void filesWithoutANameOfFlinkStay() throws IOException {
    Path named = snapshot("before-the-upgrade", 1_000);
    Path logs = Files.createDirectories(dir.resolve("cluster/logs"));
    Path elsewhere = snapshot("elsewhere/savepoint-0a", 1_000);
    Path link = Files.createSymbolicLink(dir.resolve("savepoint-0b"), elsewhere);
    snapshot("savepoint-0c", 2_000);

    assertThat(OldSnapshots.removeAllBut(1, dir, Optional.empty())).isZero();

    assertThat(named).exists();
    assertThat(logs).exists();
    assertThat(elsewhere).exists();
    assertThat(link).exists();
  }

  @Test
  void theEmptyDirectoryOfAJobGoesWithoutAWord() throws IOException {
    Path empty = Files.createDirectories(dir.resolve(JOB).resolve("shared")).getParent();
    snapshot("savepoint-0a", 1_000);

    assertThat(OldSnapshots.removeAllBut(1, dir, Optional.empty())).isZero();

    assertThat(empty).doesNotExist();
  }

  private Path snapshot(String name, long written) throws IOException {
    return SnapshotsTest.snapshot(dir.resolve(name), written);
  }
}
