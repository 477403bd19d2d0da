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

  /** As the connector's, of which a record was refused after the last flush. */
  private static final class RefusedWriter
      implements PrecommittingStatefulSinkWriter<OutputRecord, KafkaWriterState, KafkaCommittable> {
    private final Exception refusal;
    private boolean closed;

    RefusedWriter(Exception refusal) {
      this.refusal = refusal;
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
      throw refusal;
    }
  }

  @Test
  void whatClosingThrowsDoesNotReachFlink() {
    RefusedWriter refused = new RefusedWriter(new IOException("too large"));

    assertThatCode(new QuietCloseKafkaSink.Writer(refused, "metrics", null)::close)
        .doesNotThrowAnyException();

    assertThat(refused.closed).isTrue();
  }

  @Test
  void whatClosingACommitterThrowsDoesNotReachFlinkEither() throws Exception {
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
    RefusedWriter interrupted = new RefusedWriter(new InterruptedException());

    new QuietCloseKafkaSink.Writer(interrupted, "metrics", null).close();

    assertThat(Thread.interrupted()).isTrue();
  }
}
