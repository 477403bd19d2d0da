package dev.millrace.flink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.codec.OutputRecord;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.junit.jupiter.api.Test;

class QuietCloseKafkaSinkTest {

  /** As the connector's, of which a record was rejected after the last flush. */
  private static final class RejectedWriter
      implements PrecommittingStatefulSinkWriter<OutputRecord, KafkaWriterState, KafkaCommittable> {
    private final Exception rejection;
    private boolean closed;

    RejectedWriter(Exception rejection) {
      this.rejection = rejection;
    }

    @Override
    public void write(OutputRecord record, Context context) {}

    @Override
    public void flush(boolean endOfInput) {}

    @Override
    public Collection<KafkaCommittable> prepareCommit() {
      return List.of();
    }

    @Override
    public List<KafkaWriterState> snapshotState(long checkpointId) {
      return List.of();
    }

    @Override
    public void close() throws Exception {
      closed = true;
      throw rejection;
    }
  }

  @Test
  void aFailureToCloseAWriterDoesNotReachFlink() {
    RejectedWriter rejected = new RejectedWriter(new IOException("too large"));

    assertThatCode(new QuietCloseKafkaSink.Writer(rejected, "metrics", null)::close)
        .doesNotThrowAnyException();

    assertThat(rejected.closed).isTrue();
  }

  @Test
  void aFailureToCloseACommitterDoesNotReachFlink() throws Exception {
    AtomicInteger commits = new AtomicInteger();
    Committer<KafkaCommittable> failing =
        new Committer<>() {
          @Override
          public void commit(Collection<CommitRequest<KafkaCommittable>> requests) {
            commits.incrementAndGet();
          }

          @Override
          public void close() throws Exception {
            throw new IOException("the transaction could not be aborted");
          }
        };
    QuietCloseKafkaSink.Commits committer =
        new QuietCloseKafkaSink.Commits(failing, "metrics", null);

    committer.commit(List.of());

    assertThatCode(committer::close).doesNotThrowAnyException();
    assertThat(commits).hasValue(1);
  }

  @Test
  void anInterruptIsPassedOn() {
    RejectedWriter interrupted = new RejectedWriter(new InterruptedException());

    new QuietCloseKafkaSink.Writer(interrupted, "metrics", null).close();

    assertThat(Thread.interrupted()).isTrue();
  }
}
