package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.console.CliError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotsTest {
  @TempDir private Path dir;

  @Test
  void flinkFindsADirectoryWhoseNameAUriWouldEscape() throws IOException {
    Path odd = Files.createDirectory(dir.resolve("50 % für Jürgen"));

    String location = Snapshots.location(odd);

    assertThat(new org.apache.flink.core.fs.Path(location).getPath()).isEqualTo(odd.toString());
  }

  @Test
  void theLocationThatFlinkPrintsNamesTheSavepoint() throws IOException {
    Path savepoint = snapshot(dir.resolve("50 % für Jürgen"), 1);
    String printed = new org.apache.flink.core.fs.Path(Snapshots.location(savepoint)).toString();

    assertThat(Snapshots.shown(printed)).isEqualTo(savepoint.toString());
    assertThat(new RestoreMarker(dir).stopped(Optional.of(printed)))
        .startsWith("Stopped with savepoint " + savepoint + "; the next run continues from it");
    assertThat(Snapshots.given(printed)).isEqualTo(savepoint);
    assertThat(Snapshots.given("file://" + savepoint)).isEqualTo(savepoint);
    assertThat(Snapshots.given(savepoint.toString())).isEqualTo(savepoint);
    assertThat(Snapshots.shown("s3://bucket/savepoint-1")).isEqualTo("s3://bucket/savepoint-1");
  }

  @Test
  void stoppingWithoutASavepointPrintsWhereTheNextRunContinues() throws IOException {
    assertThat(Snapshots.stoppedWithout(new RestoreMarker(dir).newest()))
        .endsWith("there is no checkpoint yet: the next run starts with new models.");

    Path checkpoint = snapshot(dir.resolve("job").resolve("chk-7"), 1_000);

    assertThat(Snapshots.stoppedWithout(new RestoreMarker(dir).newest()))
        .endsWith("the next run continues from " + checkpoint + ".");
  }

  @Test
  void aDirectoryWithoutMetadataIsNoSavepoint() {
    assertThatThrownBy(() -> Snapshots.given(dir.toString()))
        .isInstanceOf(CliError.class)
        .hasMessageContaining("neither a savepoint nor a checkpoint");
  }

  @Test
  void theNewestOfCheckpointsAndSavepointsCounts() throws IOException {
    Path checkpoint = snapshot(dir.resolve("job").resolve("chk-7"), 1_000);
    Path savepoint = snapshot(dir.resolve("savepoint-1"), 2_000);
    snapshot(dir.resolve("a").resolve("b").resolve("too deep"), 3_000);

    assertThat(Snapshots.newestFirst(dir)).containsExactly(savepoint, checkpoint);
    assertThat(Snapshots.newestBut(dir, Set.of(savepoint))).contains(checkpoint);
    assertThat(Snapshots.newestFirst(dir.resolve("absent"))).isEmpty();
  }

  @Test
  void aStateDirectoryMayBeALink() throws IOException {
    snapshot(dir.resolve("disk/savepoint-1"), 1_000);
    Path link = Files.createSymbolicLink(dir.resolve("link"), dir.resolve("disk"));

    assertThat(Snapshots.newestFirst(link)).containsExactly(link.resolve("savepoint-1"));
  }

  @Test
  void theNewestIsTheOneThatFlinkCountedLastWhateverItsTime() throws IOException {
    Path first = snapshot(dir.resolve("job1/chk-9"), 9, 3_000);
    Path second = snapshot(dir.resolve("savepoint-1"), 10, 2_000);
    Path third = snapshot(dir.resolve("job2/chk-11"), 11, 1_000);

    assertThat(Snapshots.newestFirst(dir)).containsExactly(third, second, first);
  }

  @Test
  void aSnapshotTooDamagedToHaveANumberComesAfterThoseWrittenBeforeIt() throws IOException {
    Path dated = snapshot(dir.resolve("savepoint-0"), 3, 9_000);
    Path before = snapshot(dir.resolve("job/chk-4"), 4, 1_000);
    Path damaged = snapshot(dir.resolve("job/chk-5"), 2_000);

    assertThat(Snapshots.newestFirst(dir)).containsExactly(damaged, before, dated);
  }

  /** A snapshot as Flink writes it. */
  static Path snapshot(Path directory, long id, long written) throws IOException {
    Path metadata = snapshot(directory, written).resolve("_metadata");
    try (OutputStream out = Files.newOutputStream(metadata)) {
      Checkpoints.storeCheckpointMetadata(new CheckpointMetadata(id, List.of(), List.of()), out);
    }
    Files.setLastModifiedTime(metadata, FileTime.fromMillis(written));
    return directory;
  }

  /** A snapshot without a number. */
  static Path snapshot(Path directory, long written) throws IOException {
    Files.createDirectories(directory);
    Path metadata = Files.createFile(directory.resolve("_metadata"));
    Files.setLastModifiedTime(metadata, FileTime.fromMillis(written));
    return directory;
  }
}
