package dev.millrace.cli.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.millrace.cli.watch.MetricsRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written, read back by the formats' definitions. */
class TensorBoardRunsTest {
  private static final Instant BEGUN = Instant.parse("2026-11-25T12:00:00Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;

  private record Event(double seconds, long step, String version, Map<String, Float> scalars) {}

  @Test
  void theCheckSumIsThatOfTfRecord() {
    // The length 24 of a file's first record, as TensorFlow writes it.
    byte[] length = {0x18, 0, 0, 0, 0, 0, 0, 0};

    assertThat(EventsFile.maskedCrc(length)).isEqualTo(0x224b7fa3);
  }

  @Test
  void aRecordIsAnEventWithItsScores() throws IOException {
    TensorBoardRuns runs = new TensorBoardRuns(dir, 10, BEGUN);
    runs.add(record("shops", "shop-1", 100, 0.75, "null"));
    runs.add(record("shops", "shop-1", 200, 0.8, "0.5"));

    List<Event> events = read(dir.resolve("shops/shop-1/events.out.tfevents.1795608000.millrace"));

    assertThat(events).hasSize(3);
    assertThat(events.get(0).version()).isEqualTo("brain.Event:2");
    assertThat(events.get(1).step()).isEqualTo(100);
    assertThat(events.get(1).seconds()).isEqualTo(1_795_600_443.12);
    assertThat(events.get(1).scalars())
        .isEqualTo(
            Map.of(
                "window/accuracy",
                0.75f,
                "baseline_no_change/accuracy",
                0.6f,
                "model/learning_rate",
                0.003f));
    assertThat(events.get(2).step()).isEqualTo(200);
    assertThat(events.get(2).scalars()).containsEntry("window/auc_roc", 0.5f);
    assertThat(runs.written()).isEqualTo(2);
  }

  @Test
  void severalOutputsAreARunWithTheScoresOfAllTogether() throws IOException {
    TensorBoardRuns runs = new TensorBoardRuns(dir, 10, BEGUN);
    runs.add(
        MetricsRecords.read(
            """
            {"pipeline":"p","key":"a","seq":9,"task":"multilabel",
             "window":{"size":5,"examples":5,"f1":0.5,"exact_match":0.25,"jaccard":null},
             "total":{"examples":9,"f1":0.75},
             "outputs":{"calm":{"window":{"accuracy":0.125}}}}
            """));

    List<Event> events = read(dir.resolve("p/a/events.out.tfevents.1795608000.millrace"));

    assertThat(events.get(1).scalars())
        .isEqualTo(Map.of("window/f1", 0.5f, "window/exact_match", 0.25f, "total/f1", 0.75f));
  }

  @Test
  void keysOfAnyKindStayWithinTheDirectory() throws IOException {
    TensorBoardRuns runs = new TensorBoardRuns(dir.resolve("runs"), 10, BEGUN);
    for (String key : List.of("../../x", "..", "a/b", "a\\u0000b", "ü", "", "k".repeat(900))) {
      assertThat(runs.add(record("p", key, 1, 0.5, "1"))).isTrue();
    }

    try (Stream<Path> files = Files.walk(dir)) {
      List<Path> written = files.filter(Files::isRegularFile).toList();
      assertThat(written).hasSize(7).allMatch(file -> file.startsWith(dir.resolve("runs/p")));
    }
  }

  @Test
  void anInvalidEventTimeBecomesZero() throws IOException {
    TensorBoardRuns runs = new TensorBoardRuns(dir, 10, BEGUN);
    ObjectNode record = (ObjectNode) record("p", "k", 7, 0.5, "1");
    runs.add(record.put("event_time", "+1000000000-12-31T23:59:59Z")); // beyond milliseconds
    runs.add(record.put("event_time", "soon"));

    assertThat(read(dir.resolve("p/k/events.out.tfevents.1795608000.millrace")))
        .filteredOn(event -> event.step() == 7)
        .hasSize(2)
        .allMatch(event -> event.seconds() == 0);
  }

  @Test
  void oneKeyTooManyIsLeftOut() throws IOException {
    TensorBoardRuns runs = new TensorBoardRuns(dir, 2, BEGUN);
    assertThat(runs.add(record("p", "a", 1, 0.5, "1"))).isTrue();
    assertThat(runs.add(record("p", "b", 1, 0.5, "1"))).isTrue();

    assertThat(runs.add(record("p", "c", 1, 0.5, "1"))).isFalse();
    assertThat(runs.add(record("p", "a", 2, 0.5, "1"))).isTrue();
    assertThat(runs.keys()).isEqualTo(2);
  }

  private static JsonNode record(String pipeline, String key, long seq, double accuracy, String auc)
      throws IOException {
    return JSON.readTree(
        """
        {"pipeline":"%s","key":"%s","seq":%d,"event_time":"2026-11-25T09:54:03.120Z",
         "window":{"size":1000,"examples":90,"weight":90,"accuracy":%s,"auc_roc":%s},
         "baseline":{"no_change":{"window":{"accuracy":0.6},"total":{"accuracy":0.7}}},
         "learning_rate":0.003}
        """
            .formatted(pipeline, key, seq, accuracy, auc));
  }

  private static List<Event> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[Long.BYTES];
      in.get(length);
      assertThat(in.getInt()).isEqualTo(EventsFile.maskedCrc(length));
      byte[] event =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(event);
      assertThat(in.getInt()).isEqualTo(EventsFile.maskedCrc(event));
      events.add(event(event));
    }
    return events;
  }

  private static Event event(byte[] bytes) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    double seconds = 0;
    long step = 0;
    String version = null;
    Map<String, Float> scalars = new TreeMap<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> seconds = in.readDouble();
        case 2 -> step = in.readInt64();
        case 3 -> version = new String(in.readByteArray(), StandardCharsets.UTF_8);
        case 5 -> summary(in.readByteArray(), scalars);
        default -> throw new AssertionError("field " + tag);
      }
    }
    return new Event(seconds, step, version, scalars);
  }

  private static void summary(byte[] bytes, Map<String, Float> scalars) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    while (in.readTag() != 0) {
      CodedInputStream value = CodedInputStream.newInstance(in.readByteArray());
      value.readTag();
      String name = value.readString();
      value.readTag();
      scalars.put(name, value.readFloat());
    }
  }
}
