package dev.millrace.cli.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.csv.FieldProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicProfilerTest {
  @TempDir private Path dir;

  private final List<String> notices = new ArrayList<>();

  @Test
  void recordsThatOverflowTheStackAreLeftOut() throws IOException {
    Path schema =
        Files.writeString(
            dir.resolve("list.avsc"),
            """
            {"type":"record","name":"Node","fields":[
              {"name":"x","type":"int"},{"name":"next","type":["null","Node"]}]}""");
    TopicProfiler profiler = new TopicProfiler("nodes", schema);
    byte[] deep = new byte[200_000]; // x is 1, and next is another one
    Arrays.fill(deep, (byte) 2);

    profiler.add(record(deep));
    profiler.add(record(new byte[] {2, 0}));

    assertThat(profiler.profile(notices::add).records()).isEqualTo(1);
    assertThat(notices)
        .containsExactly("Left out 1 record of nodes, in another format than the first.");
  }

  @Test
  void namesOfFieldsAreLimited() {
    TopicProfiler profiler = new TopicProfiler("names", null);
    StringBuilder many = new StringBuilder("{\"x\": 1");
    for (int i = 0; i < 6_000; i++) {
      many.append(", \"f").append(i).append("\": ").append(i);
    }
    profiler.add(record("{\"x\": 1, \"%s\": 2}".formatted("n".repeat(10_000))));
    profiler.add(record(many.append('}').toString()));

    InputProfile profile = profiler.profile(notices::add);

    assertThat(profile.fields()).hasSize(FieldSet.MAX_FIELDS);
    assertThat(profile.fields().get(0).values()).as("of the first field").isEqualTo(2);
    assertThat(notices)
        .containsExactly(
            "Left out fields of names beyond the first 5,000, or with very long names.");
  }

  @Test
  void fieldsAreThoseOfTheRowInsideAnEnvelopeAndDeletesHaveNone() {
    TopicProfiler profiler = new TopicProfiler("payments", null);
    profiler.add(
        record("{\"before\": null, \"after\": {\"amount\": 1, \"ok\": true}, \"op\": \"c\"}"));
    profiler.add(record("{\"schema\": null, \"payload\": {\"amount\": 2, \"ok\": false}}"));
    profiler.add(record("{\"before\": {\"amount\": 1}, \"after\": null, \"op\": \"d\"}"));
    profiler.add(record("null"));

    InputProfile profile = profiler.profile(notices::add);

    assertThat(profile.records()).isEqualTo(2);
    assertThat(profile.fields()).extracting(FieldProfile::name).containsExactly("amount", "ok");
    assertThat(notices).isEmpty();
  }

  private static ConsumerRecord<byte[], byte[]> record(String json) {
    return record(json.getBytes(StandardCharsets.UTF_8));
  }

  private static ConsumerRecord<byte[], byte[]> record(byte[] value) {
    return new ConsumerRecord<>("topic", 0, 0, null, value);
  }
}
