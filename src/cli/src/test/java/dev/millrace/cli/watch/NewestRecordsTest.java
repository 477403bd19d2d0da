package dev.millrace.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NewestRecordsTest {
  private final AtomicLong clock = new AtomicLong();
  private final NewestRecords records = new NewestRecords(clock::get);

  @Test
  void theOldestKeysLeaveWhenThereAreTooMany() {
    for (int key = 0; key < NewestRecords.MAX_KEYS + 5; key++) {
      put("k" + key, "binary");
    }
    put("k7", "regression");

    assertThat(records.texts())
        .hasSize(NewestRecords.MAX_KEYS)
        .startsWith(json("k5", "binary"), json("k6", "binary"), json("k8", "binary"))
        .endsWith(json("k7", "regression"));
    assertThat(records.omitted()).isEqualTo(5);
  }

  @Test
  void theOldestKeysLeaveWhenTheirTextsAreTooLong() {
    String task = "x".repeat(1 << 20);
    for (int key = 0; key < 70; key++) {
      put("k" + key, task);
    }

    assertThat(records.texts()).hasSize(63).endsWith(json("k69", task));
    assertThat(records.omitted()).isEqualTo(7);
  }

  @Test
  void recordsOfSeveralOutputsComeBeforeTheirOutputs() {
    put("a@calm", "binary");
    put("b", "multilabel");

    assertThat(records.texts()).containsExactly(json("b", "multilabel"), json("a@calm", "binary"));
    assertThat(records.omitted()).isZero();
  }

  @Test
  void reportsHowManyRecordsRemainEveryFiveSeconds() {
    assertThat(records.progress(9_000)).isEmpty();
    clock.addAndGet(TimeUnit.SECONDS.toNanos(5));

    assertThat(records.progress(8_000)).contains("Reading the topic: 8,000 records remain.");
    assertThat(records.progress(7_000)).isEmpty();
  }

  private void put(String key, String task) {
    String json = json(key, task);
    records.put(MetricsRecords.read(json), json);
  }

  private static String json(String key, String task) {
    return "{\"pipeline\":\"p\",\"key\":\"%s\",\"task\":\"%s\"}".formatted(key, task);
  }
}
