package dev.millrace.cli.run;

import dev.millrace.MillraceJob;
import dev.millrace.config.Settings;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.CheckpointProperties;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.OperatorStreamStateHandle;
import org.apache.flink.runtime.state.SavepointKeyedStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;

/** Metadata of a checkpoint or savepoint. */
final class SnapshotContents {
  // Flink's name for the pending transactions of a sink.
  private static final String COMMITTABLES = "streaming_committer_raw_states";

  private final CheckpointMetadata metadata;

  private SnapshotContents(CheckpointMetadata metadata) {
    this.metadata = metadata;
  }

  /**
   * Reads it.
   *
   * @throws IOException if it is damaged; the message describes the damage
   */
  static SnapshotContents read(Path snapshot) throws IOException {
    Path file = Snapshots.metadata(snapshot);
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      return new SnapshotContents(
          Checkpoints.loadCheckpointMetadata(
              in, SnapshotContents.class.getClassLoader(), file.toString()));
    } catch (EOFException e) {
      throw new IOException("it is cut off", e);
    } catch (NoSuchFileException e) {
      throw new IOException("it is not there", e);
    } catch (IOException | RuntimeException e) {
      // Damaged bytes make Flink's reader throw any exception.
      throw new IOException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
    }
  }

  /** Returns why Flink cannot read a snapshot; empty if it can. */
  static Optional<String> damage(Path snapshot) {
    try {
      read(snapshot);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("" + e.getMessage());
    }
  }

  /** Returns the only backend that can continue from it; empty for any, as with a savepoint. */
  Optional<Settings.Backend> backend() {
    return metadata.getOperatorStates().stream()
        .flatMap(operator -> operator.getStates().stream())
        .flatMap(subtask -> subtask.getManagedKeyedState().stream())
        .filter(state -> !(state instanceof SavepointKeyedStateHandle))
        .map(
            state ->
                state instanceof IncrementalKeyedStateHandle
                    ? Settings.Backend.ROCKSDB
                    : Settings.Backend.HEAP)
        .findFirst();
  }

  /** Returns true if its job read commands. */
  boolean hasCommands() {
    Optional<String> uid = Optional.of(MillraceJob.COMMANDS_SOURCE);
    return metadata.getOperatorStates().stream()
        .anyMatch(operator -> operator.getOperatorUid().equals(uid));
  }

  /** Returns true if its job was stopped with it. */
  boolean hasStoppedItsJob() {
    CheckpointProperties properties = metadata.getCheckpointProperties();
    return properties != null && properties.isSynchronous();
  }

  /**
   * A transaction that was to be committed once the snapshot was complete. Later ones of the same
   * id have a larger epoch.
   */
  record Transaction(String id, long producerId, int epoch) {}

  /**
   * Returns the transactions that were to be committed once it was complete. The connector's own
   * serializer of them is not public; a short, a long and the id behind its length is what it
   * writes.
   *
   * @param prefix that all ids of the pipeline begin with
   * @throws UncheckedIOException if its files cannot be read
   */
  List<Transaction> transactions(String prefix) {
    List<Transaction> transactions = new ArrayList<>();
    try {
      for (OperatorState operator : metadata.getOperatorStates()) {
        for (OperatorSubtaskState subtask : operator.getStates()) {
          for (OperatorStateHandle state : subtask.getManagedOperatorState()) {
            var committables = state.getStateNameToPartitionOffsets().get(COMMITTABLES);
            // A sink's writer has an empty one, next to the prefix of its ids.
            if (committables != null && committables.getOffsets().length > 0) {
              addTransactions(uncompressed(state), prefix, transactions);
            }
          }
        }
      }
      return transactions;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the pending transactions of a sink, readable even if {@code
   * execution.checkpointing.snapshot-compression} was on.
   */
  private static OperatorStateHandle uncompressed(OperatorStateHandle state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (CloseableRegistry files = new CloseableRegistry()) {
      OperatorStateBackend restored =
          new DefaultOperatorStateBackendBuilder(
                  SnapshotContents.class.getClassLoader(),
                  new ExecutionConfig(),
                  false,
                  List.of(state),
                  files)
              .build();
      ListStateDescriptor<byte[]> committables =
          new ListStateDescriptor<>(COMMITTABLES, BytePrimitiveArraySerializer.INSTANCE);
      for (byte[] committable : restored.getListState(committables).get()) {
        bytes.write(committable);
      }
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("its state cannot be read", e);
    }
    return new OperatorStreamStateHandle(
        state.getStateNameToPartitionOffsets(),
        new ByteStreamStateHandle(COMMITTABLES, bytes.toByteArray()));
  }

  private static void addTransactions(
      OperatorStateHandle state, String prefix, List<Transaction> transactions) throws IOException {
    try (InputStream in = state.openInputStream()) {
      byte[] bytes = in.readAllBytes();
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      int first = Short.BYTES + Long.BYTES + Short.BYTES;
      for (int at = text.indexOf(prefix, first); at >= 0; at = text.indexOf(prefix, at + 1)) {
        int end = at + Short.toUnsignedInt(buffer.getShort(at - Short.BYTES));
        if (end > at && end <= bytes.length) {
          long producerId = buffer.getLong(at - Short.BYTES - Long.BYTES);
          transactions.add(
              new Transaction(text.substring(at, end), producerId, buffer.getShort(at - first)));
        }
      }
    }
  }
}
