package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.data.Task;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DashboardHistoryTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long SECOND = 1_000_000_000L;

  private final DashboardHistory history = new DashboardHistory();

  @Test
  void aLongHistoryIsThinnedButKeepsItsFirstAndItsLastPoints() throws IOException {
    int records = 100_000;
    for (int seq = 1; seq <= records; seq++) {
      history.add(record("a", seq, "b1"), seq);
      assertThat(history.points("a")).isLessThanOrEqualTo(DashboardHistory.MAX_POINTS);
    }

    JsonNode seqs = points("a").at("/values/0");

    assertThat(seqs.size()).isGreaterThanOrEqualTo(DashboardHistory.MAX_POINTS / 2);
    assertThat(seqs.get(0).asInt()).isEqualTo(1);
    assertThat(seqs.get(seqs.size() - 1).asInt()).isEqualTo(records);
    for (int i = 1; i < seqs.size(); i++) {
      assertThat(seqs.get(i).asInt()).isGreaterThan(seqs.get(i - 1).asInt());
    }
  }

  @Test
  void thinnedPointsKeepTheirOwnFigures() throws IOException {
    for (int seq = 1; seq <= 5_000; seq++) {
      String accuracy = String.valueOf(seq / 8_192.0); // exact as a float
      history.add(parse(DashboardServerTest.record("a", seq, accuracy, "0.5", "0.5")), seq);
    }
    JsonNode values = points("a").path("values");
    for (int i = 0; i < values.get(0).size(); i++) {
      float accuracy = values.get(1).get(i).floatValue();
      assertThat(accuracy).isEqualTo(values.get(0).get(i).asInt() / 8_192f);
    }
  }

  @Test
  void manyKeysShareTheMemory() {
    int keys = 4_000;
    for (int seq = 1; seq <= 300; seq++) {
      for (int key = 0; key < keys; key++) {
        history.add(record("key-" + key, seq, "b1"), seq);
      }
    }
    assertThat(history.points("key-0")).isBetween(DashboardHistory.MIN_POINTS / 2, 250);
  }

  @Test
  void aRecordThatArrivesTwiceCountsOnce() throws IOException {
    assertThat(history.add(record("a", 100, "b1"), 0)).isTrue();
    assertThat(history.add(record("a", 100, "b1"), 1)).isFalse();
    assertThat(history.add(record("a", 200, "b1"), 2)).isTrue();
    assertThat(history.add(record("a", 300, "b1"), 3)).isTrue();
    assertThat(history.add(record("a", 200, "b1"), 4)).as("re-delivery").isFalse();

    assertThat(points("a").at("/values/0").toString()).isEqualTo("[100,200,300]");
    assertThat(overview().path("examples").asInt()).isEqualTo(300);
    assertThat(overview().path("records").asInt()).isEqualTo(5);
  }

  @Test
  void aPipelineThatBeginsAgainBeginsANewSeries() throws IOException {
    history.add(record("a", 100, "b1"), 0);
    history.add(record("a", 200, "b1"), 1);
    history.add(record("a", 300, "b1"), 2);
    JsonNode before = points("a");

    assertThat(history.add(record("a", 100, "b1"), 3)).as("from its first record").isTrue();
    assertThat(points("a").at("/values/0").toString()).isEqualTo("[100]");
    assertThat(points("a").path("run")).isNotEqualTo(before.path("run"));

    history.add(record("a", 200, "b1"), 4);
    assertThat(history.add(record("a", 200, "c2"), 5)).as("other configuration").isTrue();
    assertThat(points("a").at("/values/0").toString()).isEqualTo("[200]");
    assertThat(overview().path("examples").asInt()).isEqualTo(200);
  }

  @Test
  void theRateIsExamplesPerSecondOfArrival() throws IOException {
    history.add(record("a", 1_000, "b1"), 0);
    history.add(record("a", 1_100, "b1"), SECOND / 10);
    history.add(record("a", 3_000, "b1"), SECOND);
    history.add(record("a", 3_001, "b1"), SECOND + 1);

    JsonNode values = points("a").path("values");

    assertThat(values.get(values.size() - 1).toString()).isEqualTo("[null,null,2000.0,2000.0]");
  }

  @Test
  void theKeyHeardOfLongestAgoLeavesWhenAllPlacesAreTaken() throws IOException {
    DashboardHistory small = new DashboardHistory(2);
    small.add(record("a", 100, "b1"), 0);
    small.add(record("b", 100, "b1"), 1);
    small.add(record("a", 200, "b1"), 2);
    small.latestJson("b");
    small.add(record("c", 100, "b1"), 3);

    assertThat(small.latestJson("b")).isEmpty();
    assertThat(small.latestJson("a")).isPresent();
    JsonNode overview =
        MAPPER.readTree(DashboardHistory.object(out -> small.writeOverview(out, 3)));
    assertThat(overview.path("examples").asInt()).isEqualTo(300);
  }

  private static DashboardRecord record(String key, long seq, String config) {
    float[] values = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
    return new DashboardRecord("fraud", key, seq, seq, Task.BINARY, config, values, "{}");
  }

  private static DashboardRecord parse(String line) {
    Optional<DashboardRecord> record = DashboardRecord.parse(line);
    return record.orElseThrow();
  }

  private JsonNode points(String key) throws IOException {
    return MAPPER.readTree(history.historyJson(key, -1).orElseThrow());
  }

  private JsonNode overview() throws IOException {
    return MAPPER.readTree(DashboardHistory.object(out -> history.writeOverview(out, 10)));
  }
}
