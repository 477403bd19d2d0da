package dev.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.codec.models.ModelAssembler.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ModelTopicReaderTest {
  private static final String TOPIC = "models";

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");

  private void brokerHas(int partition) {
    TopicPartition at = new TopicPartition(TOPIC, partition);
    consumer.updateBeginningOffsets(Map.of(at, 0L));
    consumer.schedulePollTask(
        () ->
            consumer.addRecord(
                new ConsumerRecord<>(
                    TOPIC,
                    partition,
                    0,
                    "k".getBytes(StandardCharsets.UTF_8),
                    "a model".getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void afterAReadThatNoBrokerAnsweredOthersOfThePartitionFailAtOnce() throws IOException {
    try (ModelTopicReader reader = new ModelTopicReader(consumer, TOPIC)) {
      consumer.setPollException(new TimeoutException("away"));
      assertThatThrownBy(() -> reader.read("k", List.of(new Place(0, 0))))
          .isInstanceOf(IOException.class)
          .hasMessage("the model is not in memory and cannot be read from the topic: away");

      assertThatThrownBy(() -> reader.read("k", List.of(new Place(1, 0), new Place(0, 0))))
          .isInstanceOf(IOException.class)
          .hasMessage("the model is not in memory, and no broker answers; try again in a moment");
      brokerHas(1);
      assertThat(reader.read("k", List.of(new Place(1, 0)))).asString().isEqualTo("a model");
    }
    assertThat(consumer.closed()).isTrue();
  }
}
