package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.PipelineFile;
import dev.millrace.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointProperties;
import org.apache.flink.runtime.checkpoint.CheckpointRetentionPolicy;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeOffsets;
import org.apache.flink.runtime.state.KeyGroupsSavepointStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotCheckTest {
  private static final Settings EXACTLY_ONCE = settings("exactly-once");
  private static final Settings AT_LEAST_ONCE = settings("at-least-once");

  private static final CheckpointProperties CHECKPOINT =
      CheckpointProperties.forCheckpoint(CheckpointRetentionPolicy.NEVER_RETAIN_AFTER_TERMINATION);
  private static final CheckpointProperties SAVEPOINT =
      CheckpointProperties.forSavepoint(false, SavepointFormatType.CANONICAL);
  private static final CheckpointProperties STOP_SAVEPOINT =
      CheckpointProperties.forSyncSavepoint(false, false, SavepointFormatType.CANONICAL);

  private static final KeyGroupRange KEYS = KeyGroupRange.of(0, 719);
  private static final KeyGroupRangeOffsets OFFSETS = new KeyGroupRangeOffsets(KEYS);
  private static final StreamStateHandle BYTES = new ByteStreamStateHandle("state", new byte[1]);

  @TempDir private Path dir;

  @Test
  void aDamagedSnapshotIsRefusedWithItsFileAndTheOneBefore() throws IOException {
    Path before = snapshot("job/chk-1", 120);
    Path alsoDamaged = snapshot("job/chk-2", 90);
    Path newest = snapshot("job/chk-3", 60);
    cut(alsoDamaged);
    cut(newest);

    assertThatThrownBy(() -> new SnapshotCheck(dir, newest).require(AT_LEAST_ONCE))
        .isInstanceOf(CliError.class)
        .hasMessageStartingWith(newest.resolve("_metadata") + " is damaged (it is cut off). ")
        .hasMessageEndingWith(
            "Continue from the one before: --from-savepoint "
                + before
                + ". Start with new models: --fresh");
  }

  @Test
  void withoutOneBeforeADamagedSnapshotLeavesAFreshStart() throws IOException {
    Path only = snapshot("job/chk-3", 60);
    cut(only);

    assertThatThrownBy(() -> new SnapshotCheck(dir, only).requireReadable(AT_LEAST_ONCE))
        .hasMessageEndingWith("). Start with new models: --fresh");
  }

  @Test
  void aCheckpointOlderThanATransactionIsRefusedWithBothWaysOut() throws IOException {
    Path before = snapshot("job/chk-6", 3_602);
    Path newest = snapshot("job/chk-7", 3_600);

    assertThatThrownBy(() -> new SnapshotCheck(dir, newest).require(EXACTLY_ONCE))
        .isInstanceOf(CliError.class)
        .hasMessageContaining("brokers end transactions after 840 s")
        .hasMessageContaining("--from-savepoint " + before)
        .hasMessageEndingWith("Continue anyway: --from-savepoint " + newest);
  }

  @Test
  void aSavepointWithWhichTheJobWentOnIsRefusedAsACheckpointIs() throws IOException {
    Path savepoint = snapshot("savepoint-1", 3_600, List.of(), SAVEPOINT);

    assertThatThrownBy(() -> new SnapshotCheck(dir, savepoint).require(EXACTLY_ONCE))
        .isInstanceOf(CliError.class)
        .hasMessageStartingWith(savepoint + " is 3600 s old, and brokers end transactions after");
  }

  @Test
  void whatHasNoOpenTransactionsMayBeOld() throws IOException {
    SnapshotCheck checkpoint = new SnapshotCheck(dir, snapshot("job/chk-7", 3_600));
    SnapshotCheck recent = new SnapshotCheck(dir, snapshot("job/chk-8", 60));
    SnapshotCheck savepoint =
        new SnapshotCheck(dir, snapshot("savepoint-1", 3_600, List.of(), STOP_SAVEPOINT));

    assertThatCode(() -> checkpoint.require(AT_LEAST_ONCE)).doesNotThrowAnyException();
    assertThatCode(() -> recent.require(EXACTLY_ONCE)).doesNotThrowAnyException();
    assertThatCode(() -> savepoint.require(EXACTLY_ONCE)).doesNotThrowAnyException();
  }

  @Test
  void aSnapshotInTheStateDirectoryOfAnotherPipelineIsRefusedWithBothNames() throws IOException {
    StateLock.take(dir.resolve("weather"), "weather").close();
    Path savepoint = snapshot("weather/savepoint-1", 60);
    Path checkpoint = snapshot("weather/job/chk-7", 60);

    for (Path of : List.of(savepoint, checkpoint)) {
      assertThatThrownBy(() -> new SnapshotCheck(dir.resolve("check"), of).requireOf(AT_LEAST_ONCE))
          .isInstanceOf(CliError.class)
          .hasMessageStartingWith(
              "--from-savepoint " + of + " is of pipeline weather, not of check: ");
    }
  }

  @Test
  void aSnapshotOfThePipelineMayLieInAnotherStateDirectoryOrInNone() throws IOException {
    StateLock.take(dir.resolve("old/check"), "check").close();
    Path own = snapshot("old/check/savepoint-1", 60);
    Path copy = snapshot("copies/savepoint-1", 60);

    for (Path of : List.of(own, copy)) {
      assertThatCode(() -> new SnapshotCheck(dir.resolve("check"), of).requireOf(AT_LEAST_ONCE))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aCheckpointOfAnotherBackendIsRefusedWithTheWayToASavepoint() throws IOException {
    Path heap = snapshot("job/chk-1", 0, List.of(state(new KeyGroupsStateHandle(OFFSETS, BYTES))));
    Path rocksDb =
        snapshot(
            "job/chk-2",
            0,
            List.of(
                state(
                    new IncrementalRemoteKeyedStateHandle(
                        UUID.randomUUID(), KEYS, 2, List.of(), List.of(), BYTES))));
    Path savepoint =
        snapshot(
            "savepoint-1", 0, List.of(state(new KeyGroupsSavepointStateHandle(OFFSETS, BYTES))));

    assertThatThrownBy(() -> new SnapshotCheck(dir, rocksDb).requireReadable(AT_LEAST_ONCE))
        .isInstanceOf(CliError.class)
        .hasMessageStartingWith(rocksDb + " is a checkpoint of state.backend: rocksdb, and only a")
        .hasMessageContaining("Start with state.backend: rocksdb once more and stop with Ctrl-C");
    for (Path path : List.of(heap, savepoint)) {
      assertThatCode(() -> new SnapshotCheck(dir, path).requireReadable(AT_LEAST_ONCE))
          .doesNotThrowAnyException();
    }
  }

  private static OperatorState state(KeyedStateHandle keyed) {
    OperatorState state = new OperatorState("train", "train", new OperatorID(), 1, 720);
    state.putState(0, OperatorSubtaskState.builder().setManagedKeyedState(keyed).build());
    return state;
  }

  private Path snapshot(String name, int secondsAgo) throws IOException {
    return snapshot(name, secondsAgo, List.of());
  }

  private Path snapshot(String name, int secondsAgo, List<OperatorState> states)
      throws IOException {
    return snapshot(name, secondsAgo, states, CHECKPOINT);
  }

  private Path snapshot(
      String name, int secondsAgo, List<OperatorState> states, CheckpointProperties properties)
      throws IOException {
    Path directory = Files.createDirectories(dir.resolve(name));
    Path metadata = directory.resolve("_metadata");
    try (OutputStream out = Files.newOutputStream(metadata)) {
      Checkpoints.storeCheckpointMetadata(
          new CheckpointMetadata(7, states, List.of(), properties), out);
    }
    Files.setLastModifiedTime(metadata, FileTime.from(Instant.now().minusSeconds(secondsAgo)));
    return directory;
  }

  private static void cut(Path snapshot) throws IOException {
    Path metadata = snapshot.resolve("_metadata");
    FileTime written = Files.getLastModifiedTime(metadata);
    Files.write(metadata, new byte[] {1, 2});
    Files.setLastModifiedTime(metadata, written);
  }

  private static Settings settings(String guarantee) {
    return PipelineFile.parse(
        "check.yaml",
        """
        pipeline: check
        kafka: { bootstrap.servers: "127.0.0.1:9" }
        input: { label: class }
        output: { guarantee: %s }
        """
            .formatted(guarantee),
        Path.of(""));
  }
}
