package dev.millrace.flink.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.MillraceStreams;
import dev.millrace.codec.OutputRecord;
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema.KafkaSinkContext;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** What records become on their way to a topic. */
class KafkaIoTest {
  private static final KafkaSinkContext CONTEXT =
      new KafkaSinkContext() {
        @Override
        public int getParallelInstanceId() {
          return 0;
        }

        @Override
        public int getNumberOfParallelInstances() {
          return 1;
        }

        @Override
        public int[] getPartitionsForTopic(String topic) {
          return new int[] {0, 1, 2};
        }
      };

  private static ProducerRecord<byte[], byte[]> written(byte[] key, long timestamp) {
    OutputRecord record = OutputRecord.of(timestamp, key, new byte[] {1});
    return new KafkaIo.RawSerializer("topic", Long.MAX_VALUE).serialize(record, CONTEXT, null);
  }

  @Test
  void aRecordWithoutAKeyIsWrittenWithoutOne() {
    assertThat(written(null, 5).key()).isNull();
    assertThat(written(null, 5).partition()).isNull();
  }

  @Test
  void aSinkOfAJobOfItsOwnWritesHeadersAndATimeThatKafkaAccepts() throws Exception {
    byte[] text = "x".getBytes(StandardCharsets.UTF_8);
    OutputRecord record =
        new OutputRecord(-1, text, text, new String[] {"reason"}, new byte[][] {text});

    ProducerRecord<byte[], byte[]> written =
        MillraceStreams.kafkaSerializer("topic").serialize(record, CONTEXT, null);

    assertThat(written.headers().lastHeader("reason").value()).isEqualTo(text);
    assertThat(written.timestamp()).isNull();
    assertThat(written.topic()).isEqualTo("topic");
  }

  @Test
  void aRecordWithoutATimeGetsTheOneOfTheClient() {
    assertThat(written("k".getBytes(StandardCharsets.UTF_8), -1).timestamp()).isNull();
    assertThat(written("k".getBytes(StandardCharsets.UTF_8), 5).timestamp()).isEqualTo(5);
  }
}
