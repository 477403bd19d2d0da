package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.data.IdHash;
import dev.millrace.data.IdWords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The bytes that are left of an erased id. */
@Tag("attacks")
class ErasedBytesITCase extends AttackedPipelines {
  private static final String PERSON = "victim-4711-person";

  /**
   * An id of two keys, of which one has no published model, is erased from all keys. The mark,
   * which is held for seven days, has its hash; {@code ErasureFromAllKeysTest} drops the mark.
   */
  @Test
  void anErasedIdIsNowhereInStateModelsAndSavepointButInItsMark() throws Exception {
    Path pipeline =
        create(
            "erase",
            """
            input:
              topic: erase.in
              start: earliest
              format: json
              key: shop
              id: order
              event-time: at
              label: l
              classes: ["no", "yes"]
              features: [{ name: user, type: id }, x]
              derived: [{ lag: x, ago: [1h, 1d], by: user }]
              labels: { topic: erase.in }
            output: { snapshots: { every: 1000 }, topics: { commands: erase.commands } }
            """);
    send(Stream.concat(orders("A", 1_100), orders("B", 300)));
    Path before = run(pipeline, () -> examples("erase") == 1_398);
    Cli erase = Cli.run("erase", "-c", "" + pipeline, "--column", "user", "--id", PERSON);
    assertThat(erase.exitCode()).as(erase.err()).isZero();

    Path after =
        run(pipeline, () -> texts("erase.events").anyMatch(event -> event.contains("\"erasure\"")));

    assertThat(texts("erase.events"))
        .anyMatch(event -> event.contains("\"keys\":2,\"ids\":4,\"pending\":2,"));
    Map<ByteBuffer, byte[]> models = new HashMap<>();
    boolean wasPublished = false;
    for (ConsumerRecord<byte[], byte[]> model : read("erase.models")) {
      byte[] value = model.value() == null ? new byte[0] : model.value();
      wasPublished |= count(value, hashes().get(0)) > 0;
      models.put(ByteBuffer.wrap(model.key()), value);
    }
    assertThat(wasPublished).isTrue();
    for (byte[] trace : hashes()) {
      assertThat(count(before, trace)).isGreaterThan(1);
      assertThat(models.values()).allMatch(model -> count(model, trace) == 0);
    }
    assertThat(hashes()).extracting(trace -> count(after, trace)).containsExactly(1, 0);
    assertThat(count(dir.resolve("states"), bytes(PERSON))).isZero();
    for (String topic : List.of("erase.commands", "erase.events", "erase.metrics")) {
      assertThat(texts(topic)).isNotEmpty().noneMatch(text -> text.contains(PERSON));
    }
  }

  /** Returns the hash of the person as in tables, and as in rows of features. */
  private static List<byte[]> hashes() {
    byte[] utf8 = bytes(PERSON);
    long hash = new IdHash("user").of(utf8, utf8.length);
    float[] words = new float[IdWords.ID_WIDTH];
    IdWords.write(hash, words, 0);
    ByteBuffer inRow = ByteBuffer.allocate(words.length * Float.BYTES);
    for (float word : words) {
      inRow.putFloat(word);
    }
    return List.of(ByteBuffer.allocate(Long.BYTES).putLong(hash).array(), inRow.array());
  }

  private static int count(Path folder, byte[] part) {
    try (Stream<Path> files = Files.walk(folder)) {
      int count = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        count += count(Files.readAllBytes(file), part);
      }
      return count;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int count(byte[] bytes, byte[] part) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.split(Pattern.quote(new String(part, StandardCharsets.ISO_8859_1)), -1).length - 1;
  }

  private Stream<String> texts(String topic) {
    return read(topic).stream().map(record -> new String(record.value(), StandardCharsets.UTF_8));
  }

  /** Orders of which each twentieth is of the person; the last one has no label. */
  private static Stream<ProducerRecord<byte[], byte[]>> orders(String shop, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            order ->
                "{\"shop\":\"%s\",\"order\":\"%1$s%d\",\"at\":%d,\"user\":\"%s\",\"x\":%d%s}"
                    .formatted(
                        shop,
                        order,
                        1_780_000_000_000L + order * 60_000L,
                        order % 20 == 0 || order == count - 1 ? PERSON : "u" + order % 97,
                        order % 7,
                        order == count - 1
                            ? ""
                            : ",\"l\":\"" + (order % 3 == 0 ? "no" : "yes") + "\""))
        .map(value -> record("erase.in", value));
  }
}
