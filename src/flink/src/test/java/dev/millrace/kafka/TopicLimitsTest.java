package dev.millrace.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaFuture;
import org.junit.jupiter.api.Test;

class TopicLimitsTest {
  private static final int WANTED = 2 << 20;

  @Test
  void withoutABrokersAnswerTheLimitIsTheDefaultOfBrokers() throws Exception {
    // Takes the connection and never says a word.
    try (ServerSocket silent = new ServerSocket(0)) {
      Map<String, String> kafka = Map.of("bootstrap.servers", "127.0.0.1:" + silent.getLocalPort());

      assertThat(TopicLimits.of(kafka, List.of("a", "b"), WANTED, Duration.ofMillis(200)))
          .isEqualTo(new TopicLimits(1_048_588, Long.MAX_VALUE));
    }
  }

  @Test
  void withoutATopicsSettingTheLimitIsTheDefaultOfBrokers() throws Exception {
    ConfigEntry untold = new ConfigEntry("max.message.bytes", null);
    for (Config config : List.of(new Config(List.of()), new Config(List.of(untold)))) {
      assertThat(TopicLimits.ofTopic("a", KafkaFuture.completedFuture(config), WANTED))
          .isEqualTo(new TopicLimits(1_048_588, Long.MAX_VALUE));
    }
  }

  @Test
  void aSmallerLimitOfThePipelinesProducersCounts() throws Exception {
    Map<String, String> kafka =
        Map.of(
            "bootstrap.servers",
            "127.0.0.1:1",
            "max.request.size",
            "5000",
            "buffer.memory",
            "${x}");

    assertThat(TopicLimits.of(kafka, List.of(), WANTED))
        .isEqualTo(new TopicLimits(5_000, Long.MAX_VALUE));
  }
}
