package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartMarkTest {
  @TempDir private Path dir;

  @Test
  void withoutAMarkTheNewestSnapshotCounts() throws IOException {
    Path newest = snapshot("savepoint-a1", 1_000);

    assertThat(new StartMark(dir).newest()).contains(newest);
  }

  @Test
  void newModelsStayNewUntilTheyHaveASnapshotOfTheirOwn() throws IOException {
    snapshot("savepoint-a1", 1_000);
    StartMark mark = new StartMark(dir);

    mark.write(Optional.empty(), FileTime.fromMillis(2_000));

    assertThat(mark.newest()).isEmpty();
    Path own = snapshot("job/chk-1", 3_000);
    assertThat(mark.newest()).contains(own);
  }

  @Test
  void anOlderSnapshotThatWasAskedForStaysTheOne() throws IOException {
    Path older = snapshot("savepoint-a1", 1_000);
    snapshot("savepoint-b2", 2_000);
    StartMark mark = new StartMark(dir);

    mark.write(Optional.of(older), FileTime.fromMillis(3_000));

    assertThat(mark.newest()).contains(older);
  }

  @Test
  void aMarkIsForgottenWithTheFirstSnapshot() throws IOException {
    StartMark mark = new StartMark(dir);
    mark.write(Optional.empty(), FileTime.fromMillis(2_000));
    Path own = snapshot("job/chk-1", 3_000);
    assertThat(mark.newest()).contains(own);

    Files.delete(own.resolve("_metadata"));
    Path restored = snapshot("savepoint-a1", 1_000);

    assertThat(mark.newest()).contains(restored);
  }

  private Path snapshot(String name, long written) throws IOException {
    return SnapshotsTest.snapshot(dir.resolve(name), written);
  }
}
