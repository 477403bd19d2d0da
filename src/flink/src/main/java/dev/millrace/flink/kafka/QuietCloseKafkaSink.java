package dev.millrace.flink.kafka;

import dev.millrace.codec.OutputRecord;
import dev.millrace.kafka.Lease;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka sink whose writers and committers work only while the job has the {@link Lease} of its
 * pipeline, and do not throw when they are closed.
 *
 * <p>The connector's do, for a record that was rejected after the one that failed the task, or for
 * a transaction that could not be aborted. Flink takes whatever the closing of a failed task throws
 * for fatal, and ends the task manager with every other job on it; and the job manager, which hears
 * of the task manager's end first, never learns why the task had failed.
 */
public final class QuietCloseKafkaSink
    implements TwoPhaseCommittingStatefulSink<OutputRecord, KafkaWriterState, KafkaCommittable>,
        SupportsPostCommitTopology<KafkaCommittable> {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(QuietCloseKafkaSink.class);

  private final KafkaSink<OutputRecord> sink;
  private final String topic;
  private final @Nullable Lease lease;

  /**
   * @param lease that the job must hold while it writes
   */
  QuietCloseKafkaSink(KafkaSink<OutputRecord> sink, String topic, @Nullable Lease lease) {
    this.sink = sink;
    this.topic = topic;
    this.lease = lease;
  }

  @Override
  public Writer createWriter(WriterInitContext context) throws IOException {
    return guarded(() -> sink.createWriter(context));
  }

  @Override
  public Writer restoreWriter(WriterInitContext context, Collection<KafkaWriterState> state)
      throws IOException {
    return guarded(() -> sink.restoreWriter(context, state));
  }

  /** Opens a writer of the connector, which aborts transactions of other ones. */
  @FunctionalInterface
  private interface Opening {
    PrecommittingStatefulSinkWriter<OutputRecord, KafkaWriterState, KafkaCommittable> open()
        throws IOException;
  }

  private Writer guarded(Opening opening) throws IOException {
    if (lease == null) {
      return new Writer(opening.open(), topic, null);
    }
    LeaseGuard guard = LeaseGuard.open(lease);
    try {
      requireHeld(guard);
      return new Writer(opening.open(), topic, guard);
    } catch (IOException | RuntimeException e) {
      guard.close();
      throw e;
    }
  }

  private static void requireHeld(LeaseGuard guard) throws IOException {
    try {
      guard.requireHeld();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the job waits for its lease", e);
    }
  }

  @Override
  public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
    return sink.getWriterStateSerializer();
  }

  /** A committer commits the transactions of a restored snapshot at once. */
  @Override
  public Committer<KafkaCommittable> createCommitter(CommitterInitContext context)
      throws IOException {
    if (lease == null) {
      return new Commits(sink.createCommitter(context), topic, null);
    }
    LeaseGuard guard = LeaseGuard.open(lease);
    try {
      requireHeld(guard);
      return new Commits(sink.createCommitter(context), topic, guard);
    } catch (IOException | RuntimeException e) {
      guard.close();
      throw e;
    }
  }

  @Override
  public SimpleVersionedSerializer<KafkaCommittable> getCommittableSerializer() {
    return sink.getCommittableSerializer();
  }

  @Override
  public void addPostCommitTopology(DataStream<CommittableMessage<KafkaCommittable>> committed) {
    sink.addPostCommitTopology(committed);
  }

  /** Commits through a committer of the connector. */
  public static final class Commits implements Committer<KafkaCommittable> {
    private final Committer<KafkaCommittable> committer;
    private final String topic;
    private final @Nullable LeaseGuard guard;

    /**
     * @param guard asked before each commit, closed with this
     */
    public Commits(
        Committer<KafkaCommittable> committer, String topic, @Nullable LeaseGuard guard) {
      this.committer = committer;
      this.topic = topic;
      this.guard = guard;
    }

    @Override
    public void commit(Collection<CommitRequest<KafkaCommittable>> requests)
        throws IOException, InterruptedException {
      if (guard != null) {
        guard.requireHeld();
      }
      committer.commit(requests);
    }

    /** Frees what the committer holds; transactions that it has not committed are in the state. */
    @Override
    public void close() {
      closeQuietly(committer, topic);
      if (guard != null) {
        guard.close();
      }
    }
  }

  private static void closeQuietly(AutoCloseable open, String topic) {
    try {
      open.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("Closing what writes to {} met an error after the last flush", topic, e);
    }
  }

  /** Writes through a writer of the connector. */
  static final class Writer
      implements PrecommittingStatefulSinkWriter<OutputRecord, KafkaWriterState, KafkaCommittable> {
    private final PrecommittingStatefulSinkWriter<OutputRecord, KafkaWriterState, KafkaCommittable>
        writer;
    private final String topic;
    private final @Nullable LeaseGuard guard;

    /**
     * @param guard asked before each record and each flush, closed with this
     */
    Writer(
        PrecommittingStatefulSinkWriter<OutputRecord, KafkaWriterState, KafkaCommittable> writer,
        String topic,
        @Nullable LeaseGuard guard) {
      this.writer = writer;
      this.topic = topic;
      this.guard = guard;
    }

    @Override
    public void write(OutputRecord record, Context context)
        throws IOException, InterruptedException {
      requireHeld();
      writer.write(record, context);
    }

    private void requireHeld() throws InterruptedException {
      if (guard != null) {
        guard.requireHeld();
      }
    }

    @Override
    public void writeWatermark(Watermark watermark) throws IOException, InterruptedException {
      writer.writeWatermark(watermark);
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
      requireHeld();
      writer.flush(endOfInput);
    }

    @Override
    public Collection<KafkaCommittable> prepareCommit() throws IOException, InterruptedException {
      return writer.prepareCommit();
    }

    @Override
    public List<KafkaWriterState> snapshotState(long checkpointId) throws IOException {
      return writer.snapshotState(checkpointId);
    }

    /**
     * Frees what the writer holds.
     *
     * <p>No rejected record is missed: a task that ends by itself has flushed before, and one that
     * is cancelled or has failed is continued from a checkpoint, which has flushed too.
     */
    @Override
    public void close() {
      closeQuietly(writer, topic);
      closeAdminClient();
      if (guard != null) {
        guard.close();
      }
    }

    // The connector's exactly-once writer lists open transactions with a client that it never
    // closes: one more thread and its connections for each restart of each sink.
    private void closeAdminClient() {
      try {
        Field field = writer.getClass().getDeclaredField("adminClient");
        field.setAccessible(true);
        if (field.get(writer) instanceof Admin admin) {
          admin.close(Duration.ZERO);
        }
      } catch (NoSuchFieldException e) {
        LOG.debug("{} lists no transactions", writer.getClass());
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
