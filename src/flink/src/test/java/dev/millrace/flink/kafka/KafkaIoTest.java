package dev.millrace.flink.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.MillraceStreams;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.KafkaRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema.KafkaSinkContext;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
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
  void aTimestampFarAheadIsReadAsOneAnHourAhead() {
    long before = System.currentTimeMillis();
    List<Long> read = new ArrayList<>();
    KafkaIo.RawDeserializer deserializer = new KafkaIo.RawDeserializer();
    Collector<KafkaRecord> out =
        new Collector<>() {
          @Override
          public void collect(KafkaRecord record) {
            read.add(record.timestamp());
          }

          @Override
          public void close() {}
        };

    for (long timestamp : new long[] {-1, 7, Long.MAX_VALUE, before + 60_000}) {
      deserializer.deserialize(consumed(timestamp), out);
    }

    long hour = KafkaIo.RawDeserializer.MAX_AHEAD_MILLIS;
    assertThat(read).hasSize(4).startsWith(-1L, 7L).endsWith(before + 60_000);
    assertThat(read.get(2)).isBetween(before + hour, System.currentTimeMillis() + hour);
  }

  private static ConsumerRecord<byte[], byte[]> consumed(long timestamp) {
    return new ConsumerRecord<>(
        "topic",
        0,
        0,
        timestamp,
        TimestampType.CREATE_TIME,
        0,
        0,
        new byte[0],
        new byte[0],
        new RecordHeaders(),
        Optional.empty());
  }

  @Test
  void aRecordWithoutATimeGetsTheOneOfTheClient() {
    assertThat(written("k".getBytes(StandardCharsets.UTF_8), -1).timestamp()).isNull();
    assertThat(written("k".getBytes(StandardCharsets.UTF_8), 5).timestamp()).isEqualTo(5);
  }
}
