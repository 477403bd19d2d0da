package dev.millrace.cli.deadletters;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** What is shown of dead letters commands no terminal, whoever wrote them. */
class DeadLetterFormatTest {
  @Test
  void reasonsAreCountedWithoutTheirControlCharacters() {
    assertThat(DeadLetterFormat.counts(Map.of("a\u001b[2J\u009b", 2L))).isEqualTo("2 a?[2J?");
  }

  @Test
  void jsonHasControlCharactersEscaped() {
    byte[] value = "\u009b2J\u001b".getBytes(StandardCharsets.UTF_8);
    DeadLetterRecord letter =
        new DeadLetterRecord(
            new ConsumerRecord<>("dlq", 0, 7, null, value),
            "invalid-key",
            "\u0085",
            "p",
            "in",
            0,
            3);

    assertThat(DeadLetterFormat.json(letter))
        .contains("\"value\":\"\\u009b2J\\u001B\"", "\"message\":\"\\u0085\"")
        .matches("[ -~]+");
  }
}
