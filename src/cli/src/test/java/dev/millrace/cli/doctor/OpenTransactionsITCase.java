package dev.millrace.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.console.Finding;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.testing.Patience;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class OpenTransactionsITCase {
  private static final TopicPartition HELD = new TopicPartition("in", 1);
  private static final Set<TopicPartition> PARTITIONS =
      new LinkedHashSet<>(List.of(new TopicPartition("in", 0), HELD));

  @Test
  void anOpenTransactionIsReportedWithItsProducerAndTheRemedy() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null);
        Admin admin = Admin.create(client(kafka))) {
      admin.createTopics(List.of(new NewTopic("in", 2, (short) 1))).all().get();
      OpenTransactions transactions =
          new OpenTransactions(admin, kafka.bootstrapServers(), Duration.ZERO);
      try (KafkaProducer<byte[], byte[]> other = producer(client(kafka));
          KafkaProducer<byte[], byte[]> holder =
              producer(
                  Map.of(
                      "bootstrap.servers",
                      kafka.bootstrapServers(),
                      "transactional.id",
                      "orders-7"))) {
        other.send(new ProducerRecord<>("in", 0, null, new byte[1])).get();
        other.send(new ProducerRecord<>("in", 1, null, new byte[1])).get();
        assertThat(transactions.of(PARTITIONS)).isEmpty();

        holder.initTransactions();
        holder.beginTransaction();
        holder.send(new ProducerRecord<>("in", 1, null, new byte[1])).get();
        other.send(new ProducerRecord<>("in", 1, null, new byte[1])).get();

        Finding held = transactions.of(PARTITIONS).get(0);
        assertThat(held.text())
            .startsWith("a transaction (transactional.id orders-7, open since 2")
            .endsWith(") holds back 2 offsets of in, partition 1");
        assertThat(held.remedy())
            .isEqualTo(
                "Stop its producer, or: kafka-transactions.sh --bootstrap-server %s abort --topic in --partition 1 --start-offset 1"
                    .formatted(kafka.bootstrapServers()));
        assertThat(
                new OpenTransactions(admin, kafka.bootstrapServers(), Duration.ofDays(1))
                    .of(PARTITIONS))
            .isEmpty();

        holder.commitTransaction();
        Awaitility.await().atMost(Patience.MAX).until(() -> transactions.of(PARTITIONS).isEmpty());
      }
    }
  }

  private static Map<String, Object> client(EmbeddedKafka kafka) {
    return Map.of("bootstrap.servers", kafka.bootstrapServers());
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> properties) {
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
