package dev.millrace.cli.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.csv.FieldProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineDraftTest {
  @TempDir private Path dir;

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

  @Test
  void theEventTimeIsNeitherTheLabelNorDropped() {
    for (int i = 0; i < 200; i++) {
      long millis = 1_790_000_000_000L + i * 7_919L % 200 * 1_000;
      add("{\"at\": %d, \"x\": %d, \"shop\": \"s%d\"}".formatted(millis, i * 31 % 17, i % 5));
    }

    assertThat(draft("x")).contains("\n  event-time: at\n").contains("#   shop (5 values");
    assertThat(draft("at")).doesNotContain("event-time");
    assertThat(draft("x", "at", "shop"))
        .doesNotContain("event-time")
        .doesNotContain("shop (5 values");
  }

  @Test
  void proposalsOfATopicComeWithTheTimeTheyNeed() {
    Random random = new Random(2);
    Instant at = Instant.parse("2026-09-01T00:00:00Z");
    int card = 0;
    for (int i = 0; i < 3_000; i++) {
      boolean isSoon = random.nextInt(4) == 0;
      at = at.plusSeconds(isSoon ? 10 : 2_000);
      card = isSoon ? card : random.nextInt(100);
      add("{\"at\": \"%s\", \"card\": \"c%d\", \"y\": %b}".formatted(at, card, isSoon));
    }

    assertThat(draft("y"))
        .containsPattern("\n  # event-time: at +# for the proposals below\n")
        .containsPattern(" - \\{ (window: card, of: 10m|since: last), by: card");
  }

  @Test
  void recordsWithTheNewestFirstGetNoProposals() {
    Random random = new Random(3);
    Instant at = Instant.parse("2026-09-01T00:00:00Z");
    double y = 0;
    for (int i = 0; i < 1_000; i++) {
      y += random.nextGaussian();
      at = at.minusSeconds(random.nextInt(100));
      add("{\"at\": \"%s\", \"x\": %d, \"y\": %.3f}".formatted(at, random.nextInt(99), y));
    }

    assertThat(draft("y"))
        .contains(
            "\n  # Rows go back in time: sort them by at, as records come, and draft again.\n")
        .doesNotContain("derived:");
    assertThat(draft("y", "at")).doesNotContain("go back").contains("- { lag: \"y\", steps");
  }

  @Test
  void theTimeOfASchemaIsNoEventTimeIfItIsTheLabel() throws IOException {
    String schema =
        """
        {"type":"record","name":"Visit","fields":[{"name":"x","type":"double"},
          {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}}]}""";
    InputProfile profile =
        FileProfiler.schema(Files.writeString(dir.resolve("visit.avsc"), schema));

    assertThat(draft(profile, "x")).contains("\n  event-time: at\n");
    assertThat(draft(profile, "at")).doesNotContain("event-time");
  }

  private void add(String json) {
    byte[] value = json.getBytes(StandardCharsets.UTF_8);
    profiler.add(new ConsumerRecord<>("topic", 0, 0, null, value));
  }

  private String draft(String label, String... dropped) {
    return draft(profiler.profile(notice -> {}), label, dropped);
  }

  private static String draft(InputProfile profile, String label, String... dropped) {
    FieldProfile field =
        profile.fields().stream().filter(f -> f.name().equals(label)).findFirst().orElseThrow();
    FieldRoles roles = new FieldRoles(profile, List.of(dropped));
    return new PipelineDraft(profile, roles, List.of(field), null)
        .text("p", "localhost:9092", Path.of(""));
  }
}
