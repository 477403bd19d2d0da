package dev.millrace.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetricsTableTest {
  private final AtomicLong nanos = new AtomicLong();
  private final MetricsTable table = new MetricsTable(80, nanos::get);

  @Test
  void alignsClassificationUnderItsHeader() {
    assertThat(lines(classification("aug", 1_000)))
        .containsExactly(
            " examples  key         window          total         no-change    loss      rate",
            "                          acc     f1     acc     f1    win acc  window     rec/s",
            "    1,000  aug          0.871  0.512   0.812  0.488      0.861   0.402         -");
  }

  @Test
  void saysBelowTheRowHowTwoClassesDoAgainstTheirBaselines() {
    String record =
        """
        {"key":"ads","task":"binary","examples":900,
         "window":{"accuracy":0.97,"auc_roc":0.512,"log_loss":0.1441,"log_loss_baseline":0.1356,"normalized_entropy":1.0590,
         "calibration":{"mean_predicted":0.0375,"observed_share":0.03,"ratio":1.25},
         "predicts_one_class":true,"better_than_baseline":false}}\
        """;

    assertThat(lines(record))
        .endsWith(
            "           auc 0.512, log-loss 0.144 (class frequencies 0.136)",
            "           normalized entropy 1.059, calibration ratio 1.250",
            "           predicts only one class, worse than a baseline");
  }

  @Test
  void saysBelowTheRowWhatPredictionsWithoutLabelsAreEstimatedToScore() {
    String record = "{\"key\":\"a\",\"examples\":9,\"task\":\"%s\",\"estimate\":%s}";

    assertThat(
            lines(
                record.formatted(
                    "binary", "{\"predictions\":1000,\"accuracy\":0.874,\"f1\":0.712}")))
        .endsWith("           estimate without labels: acc 0.874, f1 0.712 (1,000 predictions)")
        .allMatch(line -> line.length() <= 80);
    assertThat(
            lines(
                record.formatted(
                    "multiclass", "{\"predictions\":1,\"accuracy\":null,\"f1\":null}")))
        .endsWith("           estimate without labels: acc - (1 prediction)");
  }

  @Test
  void countsRecordsOutOfOrderAndDuplicatesBelowTheRowIfThereAreAny() {
    assertThat(lines("{\"key\":\"a\",\"examples\":9,\"out_of_order\":1200,\"duplicates\":1}"))
        .endsWith("           1,200 records out of order, 1 duplicate");
    assertThat(lines("{\"key\":\"a\",\"examples\":9,\"out_of_order\":1,\"duplicates\":0}"))
        .endsWith("           1 record out of order");
    assertThat(lines("{\"key\":\"a\",\"examples\":9,\"out_of_order\":0}")).hasSize(1);
  }

  @Test
  void aKeyOfSeveralOutputsIsARowAndItsOutputsAreLinesBelowIt() {
    String several =
        """
        {"pipeline":"p","key":"shop","task":"multi-target","examples":1000,
         "window":{"f1":0.512,"exact_match":0.25,"macro_f1":0.41,"jaccard":0.331,"hamming_loss":0.2231},
         "total":{"f1":0.5,"exact_match":0.125},
         "outputs":{
          "paid":{"task":"binary","window":{"accuracy":0.912,"f1":0.61,"log_loss":0.21,"log_loss_baseline":0.33,"better_than_baseline":true}},
          "amount":{"task":"regression","window":{"mae":3.21,"rmse":5.2,"r2":0.41,"mae_baseline":2.5,"better_than_baseline":false}}}}
        """;
    String output = classification("shop@paid", 1_000).replaceFirst("\\{", "{\"pipeline\":\"p\",");

    assertThat(lines(several))
        .containsExactly(
            " examples  key         window          total         no-change    loss      rate",
            "                          acc     f1     acc     f1    win acc  window     rec/s",
            "    1,000  shop         0.250  0.512   0.125  0.500          -       -         -",
            "           acc: all labels of an example are right; f1: micro average",
            "           macro f1 0.410, jaccard 0.331, hamming loss 0.223",
            "           paid: acc 0.912, f1 0.610, log-loss 0.210 (class freq. 0.330)",
            "           amount: mae 3.210 (mean 2.500), rmse 5.200, r2 0.410",
            "           worse than a baseline: amount");
    assertThat(output).startsWith("{\"pipeline\":\"p\",\"key\":\"shop@paid\"");
    assertThat(lines(output)).isEmpty();
    assertThat(new MetricsTable(80, nanos::get).lines(json(output))).hasSize(3);
  }

  @Test
  void showsTheFirstOfManyOutputs() {
    StringBuilder outputs = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      outputs.append(i == 0 ? "" : ",").append("\"label-%d\":{\"window\":{}}".formatted(i));
    }

    List<String> lines =
        lines(
            "{\"key\":\"a\",\"task\":\"multilabel\",\"window\":{\"exact_match\":null},\"outputs\":{%s}}"
                .formatted(outputs));

    assertThat(lines).hasSize(2 + 1 + 10 + 1);
    assertThat(lines.get(3))
        .isEqualTo("           label-0: acc -, f1 -, log-loss - (class freq. -)");
    assertThat(lines.get(13))
        .isEqualTo("           and 90 more outputs; one of them: --key KEY@OUTPUT");
  }

  @Test
  void alignsRegressionUnderItsOwnHeader() {
    String record =
        """
        {"key":"chick","task":"regression","examples":578,
         "window":{"mae":22.34,"r2":0.81,"loss":0.12},"total":{"mae":12345.6,"r2":-80056.2},
         "baseline":{"last_value":{"window":{"mae":51.4}}}}\
        """;

    assertThat(lines(record))
        .containsExactly(
            " examples  key          window           total        last-value    loss    rate",
            "                           mae     r2      mae     r2 window mae  window   rec/s",
            "      578  chick          22.3  0.810    12346 -80056       51.4   0.120       -");
  }

  @Test
  void showsADashForWhatHasNoValueYet() {
    List<String> lines =
        lines("{\"key\":\"k\",\"task\":\"binary\",\"examples\":1,\"window\":{\"f1\":null}}");

    assertThat(lines.get(2).split("\\s+")).endsWith("-", "-", "-", "-", "-", "-", "-");
  }

  @Test
  void repeatsTheHeaderEveryThirtyRowsAndWhenTheTaskChanges() {
    List<String> all = new ArrayList<>();
    for (int i = 1; i <= 31; i++) {
      all.addAll(lines(classification("k", i)));
    }
    all.addAll(lines("{\"key\":\"k\",\"task\":\"regression\",\"examples\":1}"));

    assertThat(all).filteredOn(line -> line.contains("examples")).hasSize(3);
    assertThat(all).hasSize(32 + 3 * 2);
  }

  @Test
  void measuresTheRateOverAllKeysFromWhatArrives() {
    lines(classification("a", 5_000));
    lines(classification("b", 7_000));
    nanos.set(2_000_000_000L);
    lines(classification("a", 6_000));
    nanos.set(4_000_000_000L);

    assertThat(lines(classification("b", 8_000)).get(0)).endsWith("  500");
  }

  @Test
  void shortensLongKeysAndDefusesControlCharacters() {
    String row = lines(classification("\\u001b[31mred-shop-0017", 1)).get(2);

    assertThat(row).contains("  ?[31mred-…  ");
  }

  @Test
  void severalModelsShowTheChampionAndTheScoresOfTheOthers() {
    String several =
        classification("aug", 4_442)
            .replaceFirst(
                "}$",
                """
                ,"models":[{"name":"plain","role":"challenger","log_loss":0.76,"lead":0},
                 {"name":"wide","role":"challenger","log_loss":null,"lead":0},
                 {"name":"mixed","role":"champion","since":525,"log_loss":0.3053},
                 {"name":"deep","role":"challenger","log_loss":0.301,"lead":1200}]}\
                """);

    assertThat(lines(several).subList(3, 5))
        .containsExactly(
            "           mixed answers, log-loss 0.305; deep 0.301 (lower for 1,200),",
            "           plain 0.760, wide -");
    assertThat(new MetricsTable(100, nanos::get).lines(json(several)).subList(3, 4))
        .containsExactly(
            "           mixed answers, log-loss 0.305; deep 0.301 (lower for 1,200), plain 0.760,"
                + " wide -");
  }

  @Test
  void modelsOfARegressionHaveAMeanAbsoluteError() {
    String several =
        """
        {"key":"chick","task":"regression","examples":578,
         "models":[{"name":"plain","role":"champion","mae":22.34,"since":0},
          {"name":"\\u001b[2Jwide","role":"challenger","mae":120.6,"lead":1}]}\
        """;

    assertThat(lines(several).get(3))
        .isEqualTo("           plain answers, mae 22.3; ?[2Jwide 120.6 (lower for 1)");
  }

  @Test
  void aWiderTerminalShowsMoreOfTheKey() {
    String record = classification("a-key-of-thirty-characters-xyz", 1);

    String row = new MetricsTable(100, nanos::get).lines(json(record)).get(2);

    assertThat(row).contains("  a-key-of-thirty-characters-xyz  ").hasSize(100);
    assertThat(new MetricsTable(60, nanos::get).lines(json(record)).get(2)).hasSize(80);
  }

  private List<String> lines(String record) {
    return table.lines(json(record));
  }

  private static JsonNode json(String record) {
    return MetricsRecords.parse(record).orElseThrow();
  }

  private static String classification(String key, int examples) {
    return """
    {"key":"%s","task":"multiclass","examples":%d,
     "window":{"accuracy":0.871,"f1":0.512,"loss":0.402},
     "total":{"accuracy":0.812,"f1":0.488},
     "baseline":{"no_change":{"window":{"accuracy":0.861}}}}\
    """
        .formatted(key, examples);
  }
}
