package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.cli.console.CliError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreMarkerTest {
  @TempDir private Path dir;

  @Test
  void withoutAMarkTheNewestSnapshotCounts() throws IOException {
    Path newest = snapshot("savepoint-a1", 1_000);

    assertThat(new RestoreMarker(dir).newest()).contains(newest);
  }

  @Test
  void newModelsStayNewUntilTheyHaveASnapshotOfTheirOwn() throws IOException {
    snapshot("savepoint-a1", 1_000);
    RestoreMarker mark = marked(Optional.empty());

    assertThat(mark.newest()).isEmpty();
    Path own = snapshot("job/chk-1", 3_000);
    assertThat(mark.newest()).contains(own);
  }

  @Test
  void anOlderSnapshotThatWasAskedForStaysTheOne() throws IOException {
    Path older = snapshot("savepoint-a1", 1_000);
    snapshot("savepoint-b2", 2_000);

    assertThat(marked(Optional.of(older)).newest()).contains(older);
  }

  @Test
  void aSnapshotIsTheJobsOwnThoughTheClockWasSetBack() throws IOException {
    snapshot("savepoint-a1", 2_000);
    RestoreMarker mark = marked(Optional.empty());

    Path own = snapshot("job/chk-1", 1_000);

    assertThat(mark.newest()).contains(own);
  }

  @Test
  void abandonedSnapshotsNeverCountAgainAlsoInACopy() throws IOException {
    snapshot("old/savepoint-a1", 1_000);
    marked(dir.resolve("old"), Optional.empty());
    snapshot("old/job/chk-1", 2_000);
    Path copy = Files.move(dir.resolve("old"), dir.resolve("new"));
    Path own = copy.resolve("job/chk-1");

    assertThat(new RestoreMarker(copy).newest()).contains(own);
    Files.delete(own.resolve("_metadata"));
    assertThat(new RestoreMarker(copy).newest()).isEmpty();
  }

  @Test
  void newModelsWinOverThoseLeftBehindThatHaveCountedFurther() throws IOException {
    Path behind = SnapshotsTest.snapshot(dir.resolve("savepoint-a1"), 100, 1_000);
    RestoreMarker mark = marked(Optional.empty());
    Path first = SnapshotsTest.snapshot(dir.resolve("job/chk-1"), 1, 2_000);
    Path second = SnapshotsTest.snapshot(dir.resolve("job/chk-2"), 2, 500);

    assertThat(mark.newest()).contains(second);
    assertThat(mark.newestFirst()).containsExactly(second, first, behind);
  }

  @Test
  void aStartThatDidNotHappenHasNoEffect() throws IOException {
    Path newest = snapshot("savepoint-a1", 1_000);

    new RestoreMarker(dir).prepare(Optional.empty());

    assertThat(new RestoreMarker(dir).newest()).contains(newest);
  }

  @Test
  void anEmptyMarkIsIgnored() throws IOException {
    Path newest = snapshot("savepoint-a1", 1_000);
    Files.createFile(dir.resolve(".start"));

    assertThat(new RestoreMarker(dir).newest()).contains(newest);
  }

  @Test
  void aFullDiskIsReportedWithTheFileAndKeepsTheFormerMarker() throws IOException {
    Path older = snapshot("savepoint-a1", 1_000);
    snapshot("savepoint-b2", 2_000);
    RestoreMarker mark = marked(Optional.of(older));
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    Path link = Files.createSymbolicLink(dir.resolve(".start.new"), full);

    assertThatThrownBy(() -> mark.prepare(Optional.empty()))
        .isInstanceOf(CliError.class)
        .hasMessage(
            "%s/.start cannot be written: No space left on device. The next start needs it to leave"
                    .formatted(dir)
                + " the older models behind. Make the directory writable or name another"
                + " --state-dir.");
    assertThat(mark.newest()).contains(older);
    Files.delete(link);
  }

  private RestoreMarker marked(Optional<Path> from) {
    return marked(dir, from);
  }

  /** A start that counts from now on. */
  static RestoreMarker marked(Path stateDir, Optional<Path> from) {
    RestoreMarker mark = new RestoreMarker(stateDir);
    mark.prepare(from);
    mark.confirm();
    return mark;
  }

  private Path snapshot(String name, long written) throws IOException {
    return SnapshotsTest.snapshot(dir.resolve(name), written);
  }
}
