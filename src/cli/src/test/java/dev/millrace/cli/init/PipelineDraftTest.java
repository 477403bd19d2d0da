package dev.millrace.cli.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.csv.FieldProfile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class PipelineDraftTest {
  private final TopicProfiler profiler = new TopicProfiler("topic", null);

  @Test
  void labelsOfATopicMayBeNumbersAsTexts() {
    Random random = new Random(1);
    boolean isHigh = false;
    for (int i = 0; i < 2_000; i++) {
      add("{\"x\": %.3f, \"y\": \"%d\"}".formatted(random.nextDouble(), isHigh ? 1 : 0));
      isHigh = random.nextInt(10) == 0 ? !isHigh : isHigh;
    }

    assertThat(draft("y")).contains("- { lag: \"y\", steps: [1, 2, 3] }\n");
  }

  private void add(String json) {
    byte[] value = json.getBytes(StandardCharsets.UTF_8);
    profiler.add(new ConsumerRecord<>("topic", 0, 0, null, value));
  }

  private String draft(String label, String... dropped) {
    InputProfile profile = profiler.profile(notice -> {});
    FieldProfile field =
        profile.fields().stream().filter(f -> f.name().equals(label)).findFirst().orElseThrow();
    FieldRoles roles = new FieldRoles(profile, List.of(dropped));
    return new PipelineDraft(profile, roles, field, null)
        .text("p", "localhost:9092", Path.of(""));
  }
}
