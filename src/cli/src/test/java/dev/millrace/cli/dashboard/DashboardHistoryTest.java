package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.data.Task;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class DashboardHistoryTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = Instant.parse("2026-11-26T12:00:00Z").toEpochMilli();

  private final DashboardMarks marks = new DashboardMarks();
  private final DashboardHistory history = new DashboardHistory(marks);

  @Test
  void aLongHistoryIsThinnedEvenlyAndKeepsItsLastPointsAll() throws IOException {
    int records = 518_400; // 30 days of one every five seconds
    for (int seq = 1; seq <= records; seq++) {
      history.add(record("a", seq, "b1"), seq);
      assertThat(history.points("a")).isLessThanOrEqualTo(DashboardHistory.MAX_POINTS);
    }

    JsonNode seqs = points("a").at("/values/0");

    assertThat(seqs.size()).isGreaterThanOrEqualTo(DashboardHistory.MAX_POINTS / 2);
    assertThat(seqs.get(0).asInt()).isEqualTo(1);
    assertThat(seqs.get(seqs.size() - 1).asInt()).isEqualTo(records);
    int widest = 0;
    for (int i = 1; i < seqs.size(); i++) {
      int step = seqs.get(i).asInt() - seqs.get(i - 1).asInt();
      assertThat(step).isPositive();
      widest = Math.max(widest, step);
      if (i > seqs.size() - 200) {
        assertThat(step).as("among the latest").isEqualTo(1);
      }
    }
    assertThat(widest).as("widest gap").isLessThanOrEqualTo(records / 700);
  }

  @Test
  void thinnedPointsKeepTheirOwnFigures() throws IOException {
    for (int seq = 1; seq <= 5_000; seq++) {
      String accuracy = String.valueOf(seq / 8_192.0); // exact as a float
      history.add(parse(DashboardServerTest.record("a", seq, accuracy, "0.5", "0.5")), seq);
    }
    JsonNode values = points("a").path("values");
    for (int i = 0; i < values.get(0).size(); i++) {
      float accuracy = values.get(2).get(i).floatValue();
      assertThat(accuracy).isEqualTo(values.get(0).get(i).asInt() / 8_192f);
    }
  }

  @Test
  void anEventTimeThatHasNotComeLeavesThePointsAfterItTheirOwn() throws IOException {
    String[] times = {"2026-11-25T09:14:03.120Z", "2926-01-01T00:00:00Z", "2026-11-25T10:00:00Z"};
    for (int seq = 1; seq <= 3; seq++) {
      String line = DashboardServerTest.record("a", seq, "0.5", "0.5", "0.5");
      history.add(parse(line.replace(times[0], times[seq - 1])), seq);
    }

    long first = Instant.parse(times[0]).toEpochMilli();
    long last = Instant.parse(times[2]).toEpochMilli();
    assertThat(points("a").at("/values/1")).hasToString("[%d,%d,%d]".formatted(first, first, last));
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
  void anIdleKeyGivesPointsBackWhenKeysBecomeMore() {
    for (int seq = 1; seq <= 2_500; seq++) {
      history.add(record("idle", seq, "b1"), seq);
    }
    assertThat(history.points("idle")).isGreaterThan(1_000);

    for (int key = 0; key < 10_000; key++) {
      history.add(record("key-" + key, 1, "b1"), key);
    }
    assertThat(history.points("idle")).isBetween(DashboardHistory.MIN_POINTS / 2, 150);
  }

  @Test
  void keysLeaveWhenTheirRecordsTakeTooMuchRoom() {
    DashboardHistory small = new DashboardHistory(marks, 100, 10);
    for (int key = 0; key < 9; key++) {
      small.add(record("key-" + key, 1, "b1"), key); // two characters each
    }
    assertThat(small.latestJson("key-3")).isEmpty();
    assertThat(small.latestJson("key-4")).isPresent();
    assertThat(small.latestJson("key-8")).isPresent();
  }

  @Test
  void theLossOfEachEpochIsKeptBesideThePoints() throws IOException {
    for (int seq = 1; seq <= 6; seq++) {
      float loss = 1f / seq;
      history.add(record("a", seq, "b1", new DashboardRecord.Epoch((seq + 1) / 2, loss)), seq);
    }
    assertThat(points("a").path("epochs").toString())
        .isEqualTo("[[1,0.5],[2,0.25],[3,0.16666667]]");
  }

  @Test
  void aRestartedPipelineDropsEarlierMarks() throws IOException {
    history.add(record("a", 100, "b1"), 0);
    marks.add(new DashboardMark("fraud", "a", 90, 0, "drift", "ddm"));
    marks.add(new DashboardMark("fraud", "a", 0, 0, "reset", "other shape"));
    marks.add(new DashboardMark("fraud", "b", 90, 0, "drift", "ddm"));
    assertThat(history.summary(0, 0).drifting().count()).isEqualTo(1);

    history.add(record("a", 100, "c2"), 1);

    String left = DashboardLines.object(out -> marks.write(out, null));
    assertThat(MAPPER.readTree(left).path("events").findValuesAsText("event"))
        .containsExactly("drift", "reset");
    assertThat(history.summary(0, 0).drifting().count()).isZero();
  }

  @Test
  void theOldestEventsLeaveWhenThereAreTooMany() {
    for (int seq = 0; seq <= DashboardMarks.MAX_MARKS; seq++) {
      marks.add(new DashboardMark("fraud", "key-" + seq, seq, 0, "drift", "ddm"));
    }
    assertThat(marks.count()).isEqualTo(DashboardMarks.MAX_MARKS + 1);
    assertThat(marks.isDrifting("key-0", 0, 1_000)).isFalse();
    assertThat(marks.isDrifting("key-1", 1, 1_000)).isTrue();
  }

  @Test
  void theOldestEventsLeaveWhenTheirTextsAreTooLong() {
    String detail = "x".repeat(1 << 20);
    for (int seq = 1; seq <= 100; seq++) {
      marks.add(new DashboardMark("fraud", "key-" + seq, seq, 0, "drift", detail));
    }

    assertThat(marks.isDrifting("key-80", 80, 1)).isFalse();
    assertThat(marks.isDrifting("key-90", 90, 1)).isTrue();
    assertThat(marks.add(new DashboardMark("fraud", "k", 1, 0, "drift", detail.repeat(17))))
        .isFalse();
    for (int seq = 86; seq <= 100; seq++) {
      marks.restart("key-" + seq);
    }
    for (int seq = 1; seq <= 15; seq++) {
      marks.add(new DashboardMark("fraud", "again-" + seq, seq, 0, "drift", detail));
    }
    assertThat(marks.isDrifting("again-1", 1, 1)).as("room of those that left").isTrue();
  }

  @Test
  void offsetsAreKeptOfALimitedNumberOfPartitions() throws IOException {
    for (int topic = 0; topic < 300; topic++) {
      StringBuilder partitions = new StringBuilder();
      for (int partition = 0; partition < 100; partition++) {
        partitions.append(",\"%d\":[0,%d]".formatted(partition, topic));
      }
      String line = DashboardServerTest.record("a", topic + 1, "0.5", "0.5", "0.5");
      String input = "\"topic-%d\":{%s}".formatted(topic, partitions.substring(1));
      history.add(parse(line.replaceFirst("\"fraud.examples\":\\{[^}]*}", input)), topic);
    }

    assertThat(history.offsets())
        .hasSize(DashboardHistory.MAX_PARTITIONS)
        .containsEntry(new TopicPartition("topic-0", 99), 0L);
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
  void aLaterReportOfTheSameExampleReplacesTheRecord() throws IOException {
    String line = DashboardServerTest.record("a", 100, "0.5", "0.5", "0.5");
    String later = line.replace("09:14:03.120Z", "09:20:00.000Z");
    assertThat(history.add(parse(line), 0)).isTrue();

    assertThat(history.add(parse(later), 1)).as("of a later event time").isTrue();
    assertThat(history.add(parse(line), 2)).as("re-delivery").isFalse();
    assertThat(history.add(parse(later), 3)).as("re-delivery").isFalse();

    assertThat(history.latestJson("a")).contains(later);
    assertThat(points("a").at("/values/0").toString()).isEqualTo("[100]");
    assertThat(overview().path("examples").asInt()).isEqualTo(100);
  }

  @Test
  void forecastsAreOrderedByTheirErrorRelativeToANaiveForecast() throws IOException {
    for (String[] key : new String[][] {{"good", "0.5"}, {"worst", "2.5"}, {"middle", "1.5"}}) {
      history.add(parse(forecast(key[0], "\"mase\":" + key[1])), 1);
    }
    history.add(parse(forecast("unscaled", "\"mase\":null")), 1); // twice the last value's error

    JsonNode keys = MAPPER.readTree(history.keysJson("", DashboardOrder.LOSS, 0, 9)).path("keys");
    JsonNode all = MAPPER.readTree(DashboardLines.object(history::writeFigures));

    assertThat(keys.findValuesAsText("key"))
        .containsExactly("worst@1", "unscaled@1", "middle@1", "good@1");
    assertThat(keys.get(0).path("mase").floatValue()).isEqualTo(2.5f);
    assertThat(keys.get(0).has("loss")).isFalse();
    assertThat(keys.get(0).path("spark").toString()).isEqualTo("[2.5]");
    assertThat(all.path("worst").findValuesAsText("key"))
        .containsExactly("worst@1", "unscaled@1", "middle@1", "good@1");
    assertThat(all.at("/figures/mase/p50").asDouble()).isEqualTo(1.5);
    assertThat(all.at("/figures/f1").isNull()).isTrue();
  }

  private static String forecast(String series, String score) {
    return DashboardSamples.forecast(series, 1, 10, true)
        .replaceFirst("\"window\":\\{", "\"window\":{" + score + ",")
        .replaceFirst("\"loss\":[^}]*", "\"loss\":null")
        .replace(
            "\"forecast\":{",
            "\"baseline\":{\"last_value\":{\"window\":{\"mae\":0.0625}}},\"forecast\":{");
  }

  @Test
  void keysOfARareClassHaveTheirF1AndAuc() throws IOException {
    String common = DashboardServerTest.record("common", 100, "0.9", "0.8", "0.3");
    String rare = DashboardServerTest.record("rare", 100, "0.98", "0.25", "0.1");
    history.add(parse(skewed(common, "0.6")), 1);
    history.add(parse(skewed(rare, "0.97")), 1);

    JsonNode keys = MAPPER.readTree(history.keysJson("", DashboardOrder.NAME, 0, 9)).path("keys");
    JsonNode all = MAPPER.readTree(DashboardLines.object(history::writeFigures));

    assertThat(keys.get(0).has("f1")).isFalse();
    assertThat(keys.get(1).path("f1").floatValue()).isEqualTo(0.25f);
    assertThat(keys.get(1).path("auc_roc").floatValue()).isEqualTo(0.75f);
    assertThat(all.at("/figures/f1/min").asDouble()).isEqualTo(0.25);
    assertThat(all.at("/figures/auc/max").asDouble()).isEqualTo(0.75);
    assertThat(all.at("/worst/0/key").asText()).isEqualTo("common");
  }

  private static String skewed(String record, String majority) {
    return record
        .replaceFirst("\"window\":\\{", "\"window\":{\"auc_roc\":0.75,")
        .replaceFirst(
            "\"baseline\":\\{",
            "\"baseline\":{\"majority\":{\"window\":{\"accuracy\":" + majority + "}},");
  }

  @Test
  void eachTimeAheadHasTheForecastOfTheShortestHorizonThatReachesIt() throws IOException {
    for (int hour = 1; hour <= 60; hour++) {
      history.add(parse(DashboardSamples.forecast("lemon", 24, hour, true)), hour);
      history.add(parse(DashboardSamples.forecast("lemon", 1, hour, false)), hour);
      history.add(parse(DashboardSamples.forecast("mango", 2, hour, true)), hour);
    }

    for (String key : new String[] {"lemon@1", "lemon@24"}) {
      JsonNode ahead = points(key).path("ahead");
      assertThat(ahead).hasSize(24);
      for (int i = 0; i < 24; i++) {
        int hour = 61 + i;
        JsonNode of = ahead.get(i);
        assertThat(of.get(0).asLong()).isEqualTo(DashboardSamples.time(hour).toEpochMilli());
        float value = (float) DashboardSamples.forecastOf(hour, i == 0 ? 1 : 24);
        assertThat(of.get(1).floatValue()).isEqualTo(value);
        assertThat(of.get(2).isNull()).as("low end").isEqualTo(i == 0);
        assertThat(of.get(3).isNull()).as("high end").isEqualTo(i == 0);
      }
    }
    assertThat(points("mango@2").path("ahead")).hasSize(2);
  }

  @Test
  void forecastsWhoseTimeHasComeAndThoseOfAnUnknownTimeAreNotAhead() throws IOException {
    history.add(parse(DashboardSamples.forecast("lemon", 3, 10, true)), 0);
    String unknown =
        DashboardSamples.forecast("lemon", 3, 11, true)
            .replaceFirst("\"target_time\":\"[^\"]*\"", "\"target_time\":null");
    history.add(parse(unknown), 1);
    assertThat(points("lemon@3").path("ahead")).hasSize(1);

    history.add(parse(DashboardSamples.forecast("lemon", 3, 20, true)), 2);
    assertThat(points("lemon@3").at("/ahead/0/0").asLong())
        .isEqualTo(DashboardSamples.time(23).toEpochMilli());
    assertThat(points("lemon@3").path("ahead")).hasSize(1);

    history.add(record("a", 100, "b1"), 3);
    assertThat(points("a").path("ahead")).isEmpty();
  }

  @Test
  void aValueThatIsNotScoredMovesTheForecastsOnToo() throws IOException {
    String seq = "\"seq\":[0-9]+";
    for (int hour = 1; hour <= 5; hour++) {
      String line = DashboardSamples.forecast("lemon", 24, hour, true);
      history.add(parse(line.replaceFirst(seq, "\"seq\":0")), hour);
    }

    assertThat(points("lemon@24").path("ahead")).hasSize(5);
    assertThat(points("lemon@24").at("/values/0").toString()).isEqualTo("[0]");
  }

  @Test
  void forecastsAheadAreBoundedAndReachAsFarAsTheyDid() throws IOException {
    DashboardForecasts forecasts = new DashboardForecasts();
    int bound = 2_000;
    for (int minute = 1; minute <= 5_000; minute++) {
      forecasts.add(
          new DashboardRecord.Forecast("lemon", minute + 10_000, minute, 0, 0), minute, bound);
      assertThat(forecasts.size()).isLessThanOrEqualTo(bound / 8);
    }
    JsonNode ahead = ahead(forecasts);
    assertThat(ahead.get(ahead.size() - 1).get(0).asLong()).isEqualTo(15_000);
    assertThat(ahead.get(0).get(0).asLong()).isEqualTo(10_001);
    for (int i = 1; i < ahead.size(); i++) {
      long gap = ahead.get(i).get(0).asLong() - ahead.get(i - 1).get(0).asLong();
      assertThat(gap).isBetween(1L, 80L);
    }

    forecasts.shrink(8);

    assertThat(ahead(forecasts).toString()).isEqualTo("[[15000,5000.0,0.0,0.0]]");
  }

  private static JsonNode ahead(DashboardForecasts forecasts) throws IOException {
    String json =
        DashboardLines.object(
            out -> {
              out.writeArrayFieldStart("ahead");
              DashboardForecasts.write(out, List.of(forecasts), forecasts.now());
              out.writeEndArray();
            });
    return MAPPER.readTree(json).path("ahead");
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
  void theLeastRecentlyUpdatedKeyIsDroppedAtTheLimit() throws IOException {
    DashboardHistory small = new DashboardHistory(marks, 2, 1_000);
    small.add(record("a", 100, "b1"), 0);
    small.add(record("b", 100, "b1"), 1);
    small.add(record("a", 200, "b1"), 2);
    small.latestJson("b");
    small.add(record("c", 100, "b1"), 3);

    assertThat(small.latestJson("b")).isEmpty();
    assertThat(small.latestJson("a")).isPresent();
    JsonNode overview = MAPPER.readTree(DashboardLines.object(out -> small.writeOverview(out, 3)));
    assertThat(overview.path("examples").asInt()).isEqualTo(300);
  }

  @Test
  void aKeyOfSeveralOutputsCountsOnceAndComesBeforeThem() throws IOException {
    history.add(parse(DashboardServerTest.record("a@calm", 100, "0.9", "0.5", "0.9")), 1);
    history.add(parse(several("a", 100, true, false)), 2);
    history.add(parse(several("b", 50, true, true)), 3);
    history.add(parse(several("a", 200, true, false)), 4);

    assertThat(overview().path("keys").asInt()).isEqualTo(2);
    assertThat(overview().path("examples").asInt()).isEqualTo(250);
    JsonNode keys = MAPPER.readTree(history.keysJson("", DashboardOrder.LOSS, 0, 9)).path("keys");
    assertThat(keys.findValuesAsText("key")).containsExactly("a", "b", "a@calm");
    for (DashboardOrder order : DashboardOrder.values()) {
      // Also in a saved page, which has the order alone.
      assertThat(history.sorted("", DashboardOrder.NAME).stream().sorted(order.comparator()))
          .as(order.id())
          .extracting(DashboardRecord::key)
          .last()
          .isEqualTo("a@calm");
    }
    assertThat(keys.get(0).path("better").asBoolean(true)).isFalse();
    assertThat(keys.get(1).path("better").asBoolean(false)).isTrue();
    assertThat(keys.get(0).path("hamming_loss").floatValue()).isEqualTo(0.25f);
    assertThat(history.summary(5, NOW).keys()).isEqualTo(2);
    assertThat(history.summary(5, NOW).accuracy().mean()).isEqualTo(0.125);
    assertThat(history.summary(5, NOW).loss()).isNull();
    assertThat(points("a").path("columns").toString()).contains("\"f1\",\"exact_match\",");
  }

  private static String several(String key, long seq, boolean... better) {
    StringBuilder outputs = new StringBuilder();
    for (int o = 0; o < better.length; o++) {
      outputs
          .append(o == 0 ? "" : ",")
          .append("\"o%d\":{\"window\":{\"better_than_baseline\":%s}}".formatted(o, better[o]));
    }
    return """
    {"pipeline":"fraud","key":"%s","seq":%d,"task":"multilabel","examples":%2$d,
     "window":{"size":100,"f1":0.5,"exact_match":0.125,"hamming_loss":0.25},"outputs":{%s}}
    """
        .formatted(key, seq, outputs);
  }

  private static DashboardRecord record(String key, long seq, String config) {
    return record(key, seq, config, null);
  }

  private static DashboardRecord record(
      String key, long seq, String config, DashboardRecord.Epoch epoch) {
    float[] values = new float[DashboardColumns.CLASSIFICATION.count()];
    return new DashboardRecord(
        "fraud",
        key,
        seq,
        seq,
        Task.BINARY,
        config,
        0,
        1_000,
        epoch,
        List.of(),
        values,
        null,
        null,
        "{}");
  }

  private static DashboardRecord parse(String line) {
    return DashboardRecord.of(MetricsRecords.read(line), line, NOW).orElseThrow();
  }

  private JsonNode points(String key) throws IOException {
    return MAPPER.readTree(history.historyJson(key, -1).orElseThrow());
  }

  private JsonNode overview() throws IOException {
    return MAPPER.readTree(DashboardLines.object(out -> history.writeOverview(out, 10)));
  }
}
