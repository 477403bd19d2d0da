package dev.millrace.cli.produce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.console.Ports;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.LeaderlessProxy;
import dev.millrace.testing.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker takes any sequence number from a producer of which it knows nothing. A batch that it
 * took before an earlier one, which it had to refuse for a moment, shuts that one out for ever.
 */
class ForgottenProducerITCase {
  private static final String TOPIC = "rows";
  private static final int ROWS = 20_000; // many batches

  @TempDir private Path dir;

  @Test
  void aTopicThatHasNoLeaderYetGetsEveryRowInOrder() throws Exception {
    assertArrivesInOrder(1_700_000_000_000L, Map.of(), write -> write == 1);
  }

  @Test
  void rowsOfTimesLongAgoArriveInOrderAtABrokerThatForgetsTheirProducer() throws Exception {
    Map<String, String> forgetful = Map.of("producer.id.expiration.check.interval.ms", "10");

    assertArrivesInOrder(0, forgetful, write -> write % 4 == 0 && write <= 12);
  }

  private void assertArrivesInOrder(
      long startMillis, Map<String, String> brokerProperties, IntPredicate refused)
      throws Exception {
    Map<String, String> more = new HashMap<>(brokerProperties);
    int port = Ports.free();
    try (LeaderlessProxy proxy = new LeaderlessProxy(port, refused)) {
      more.put("advertised.listeners", "PLAINTEXT://" + proxy.address());
      try (EmbeddedKafka broker = EmbeddedKafka.start(port, null, more)) {
        Map<String, String> client =
            Map.of("bootstrap.servers", proxy.address(), "compression.type", "none");
        createTopic(client);

        send(client, startMillis);

        assertThat(proxy.refused()).isPositive();
        List<Long> timestamps = timestamps(client);
        assertThat(timestamps).hasSize(ROWS);
        assertThat(rowsInOrder(timestamps, startMillis)).isEqualTo(ROWS);
      }
    }
  }

  private void send(Map<String, String> client, long startMillis) throws Exception {
    String rows = IntStream.range(0, ROWS).mapToObj(i -> i + ",a\n").collect(Collectors.joining());
    Path csv = Files.writeString(dir.resolve("rows.csv"), "amount,class\n" + rows);
    CsvScan scan = CsvScan.scan(csv, "class", null, List.of());
    try (StopSignal stop = new StopSignal();
        CsvExamples examples = new CsvExamples(scan, startMillis, 1);
        CsvProducer producer = new CsvProducer(client, TOPIC)) {
      producer.send(examples, null, ROWS, Double.POSITIVE_INFINITY, stop, Progress.hidden());
    }
  }

  /** Rows before the first that is not in its place. */
  private static long rowsInOrder(List<Long> timestamps, long startMillis) {
    return IntStream.range(0, timestamps.size())
        .takeWhile(i -> timestamps.get(i) == startMillis + i)
        .count();
  }

  private static void createTopic(Map<String, String> client) throws Exception {
    try (Admin admin = KafkaClients.admin(client, Patience.MAX)) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    }
  }

  /** Event times, which are those of the rows. */
  private static List<Long> timestamps(Map<String, String> client) {
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    List<Long> timestamps = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.copyOf(client), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(500)).forEach(record -> timestamps.add(record.timestamp()));
      }
    }
    return timestamps;
  }
}
