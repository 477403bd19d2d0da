package dev.millrace.codec.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.data.Task;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.CandidateReport;
import dev.millrace.report.MetricsReport.ClassScores;
import dev.millrace.report.MetricsReport.ClassificationBaseline;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.Confusion;
import dev.millrace.report.MetricsReport.Coverage;
import dev.millrace.report.MetricsReport.CoverageBlock;
import dev.millrace.report.MetricsReport.Decaying;
import dev.millrace.report.MetricsReport.Delays;
import dev.millrace.report.MetricsReport.ForecastBaselines;
import dev.millrace.report.MetricsReport.ForecastValue;
import dev.millrace.report.MetricsReport.GroupScores;
import dev.millrace.report.MetricsReport.Labels;
import dev.millrace.report.MetricsReport.OutputReport;
import dev.millrace.report.MetricsReport.OutputScores;
import dev.millrace.report.MetricsReport.PositiveShare;
import dev.millrace.report.MetricsReport.RegressionBaseline;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.MetricsReport.SeasonScores;
import dev.millrace.report.MetricsReport.Segment;
import dev.millrace.report.MetricsReport.SegmentScores;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsJsonTest {

  private static final double NONE = Double.NaN;

  private final MetricsJson json = new MetricsJson();

  @Test
  void aClassificationRecordIsOneLineInAStableOrder() {
    ClassificationScores scores =
        new ClassificationScores(
            1000,
            600_000,
            withAverages(
                classes(
                    1000,
                    999.5,
                    Score.ACCURACY,
                    0.98,
                    Score.BALANCED_ACCURACY,
                    0.82,
                    Score.PRECISION,
                    0.74,
                    Score.RECALL,
                    0.66,
                    Score.F1,
                    0.698,
                    Score.F_BETA,
                    0.7,
                    Score.KAPPA,
                    0.68,
                    Score.KAPPA_M,
                    0.67,
                    Score.KAPPA_TEMPORAL,
                    0.66,
                    Score.MCC,
                    0.65,
                    Score.LOSS,
                    0.061,
                    Score.LOG_LOSS,
                    0.062,
                    Score.LOG_LOSS_BASELINE,
                    0.5,
                    Score.BRIER,
                    0.02,
                    Score.CALIBRATION_ERROR,
                    0.03,
                    Score.AUC_ROC,
                    0.957,
                    Score.AUC_PR,
                    0.8),
                0.7),
            classes(
                41999,
                41999,
                Score.ACCURACY,
                0.97,
                Score.BALANCED_ACCURACY,
                0.81,
                Score.PRECISION,
                0.7,
                Score.RECALL,
                0.6,
                Score.F1,
                0.65,
                Score.KAPPA,
                0.63,
                Score.KAPPA_M,
                0.62,
                Score.KAPPA_TEMPORAL,
                0.61,
                Score.MCC,
                0.6,
                Score.LOSS,
                0.071,
                Score.LOG_LOSS,
                0.072,
                Score.LOG_LOSS_BASELINE,
                0.5,
                Score.BRIER,
                NONE,
                Score.CALIBRATION_ERROR,
                NONE),
            new Decaying(
                0.999,
                1000.5,
                classes(
                    41999,
                    1000.5,
                    Score.ACCURACY,
                    0.96,
                    Score.BALANCED_ACCURACY,
                    0.8,
                    Score.PRECISION,
                    0.7,
                    Score.RECALL,
                    0.6,
                    Score.F1,
                    0.65,
                    Score.KAPPA,
                    0.5,
                    Score.KAPPA_M,
                    0.4,
                    Score.KAPPA_TEMPORAL,
                    0.3,
                    Score.MCC,
                    0.2,
                    Score.LOSS,
                    0.1,
                    Score.LOG_LOSS,
                    0.09,
                    Score.LOG_LOSS_BASELINE,
                    0.5,
                    Score.BRIER,
                    0.08,
                    Score.CALIBRATION_ERROR,
                    0.07)),
            new ClassificationBaseline(0.95, 0.3, 0.94, 0.2),
            new ClassificationBaseline(0.96, 0, 0.961, 0),
            List.of(
                new ClassScores(0.9, 0.8, 0.85, 0.86, 966.5),
                new ClassScores(0.7, 0.6, 0.65, NONE, 33)),
            new Confusion(
                new double[][] {{957.5, 9}, {10, 23}}, new double[][] {{40000, 1}, {2, 1996}}),
            0.325,
            null,
            null);

    assertThat(encode(report(Task.BINARY, scores)))
        .isEqualTo(
            """
            {"pipeline":"fraud","key":"shop-17","seq":42000,"task":"binary","examples":42000,\
            "model_version":41999,"event_time":"2026-11-25T09:14:03.120Z",\
            "window":{"size":1000,"millis":600000,"examples":1000,"weight":999.5,\
            "accuracy":0.98,"balanced_accuracy":0.82,"precision":0.74,"recall":0.66,\
            "f1":0.698,"f_beta":0.7,"kappa":0.68,"kappa_m":0.67,"kappa_temporal":0.66,"mcc":0.65,\
            "loss":0.061,"log_loss":0.062,"log_loss_baseline":0.5,"normalized_entropy":0.124,"brier":0.02,"calibration_error":0.03,"calibration":{"mean_predicted":0.25,"observed_share":0.125,"ratio":2.0},"predicts_one_class":true,"better_than_baseline":false,\
            "auc_roc":0.957,"auc_pr":0.8,\
            "macro":{"precision":0.1,"recall":0.2,"f1":0.3,"f_beta":0.7},\
            "weighted":{"precision":0.1,"recall":0.2,"f1":0.3,"f_beta":0.7},\
            "micro":{"precision":0.1,"recall":0.2,"f1":0.3,"f_beta":0.7}},\
            "total":{"examples":41999,"weight":41999,"accuracy":0.97,"balanced_accuracy":0.81,\
            "precision":0.7,"recall":0.6,"f1":0.65,"kappa":0.63,"kappa_m":0.62,\
            "kappa_temporal":0.61,"mcc":0.6,"loss":0.071,"log_loss":0.072,"log_loss_baseline":0.5,"normalized_entropy":0.144,"brier":null,\
            "calibration_error":null,"calibration":{"mean_predicted":0.25,"observed_share":0.125,"ratio":2.0},"predicts_one_class":true,"better_than_baseline":false},\
            "decayed":{"factor":0.999,"weight":1000.5,"accuracy":0.96,"balanced_accuracy":0.8,\
            "precision":0.7,"recall":0.6,"f1":0.65,"kappa":0.5,"kappa_m":0.4,\
            "kappa_temporal":0.3,"mcc":0.2,"loss":0.1,"log_loss":0.09,"log_loss_baseline":0.5,"normalized_entropy":0.18,"brier":0.08,\
            "calibration_error":0.07,"calibration":{"mean_predicted":0.25,"observed_share":0.125,"ratio":2.0},"predicts_one_class":true,"better_than_baseline":false},\
            "baseline":{"no_change":{"window":{"accuracy":0.95,"f1":0.3},\
            "total":{"accuracy":0.94,"f1":0.2}},\
            "majority":{"window":{"accuracy":0.96,"f1":0.0},"total":{"accuracy":0.961,"f1":0.0}}},\
            "threshold":0.325,\
            "per_class":[{"class":"ok","precision":0.9,"recall":0.8,"f1":0.85,"f_beta":0.86,\
            "support":966.5},\
            {"class":"fraud","precision":0.7,"recall":0.6,"f1":0.65,"support":33}],\
            "confusion_matrix":{"rows":"actual","labels":["ok","fraud"],\
            "counts":[[957.5,9],[10,23]],"total_counts":[[40000,1],[2,1996]]},\
            "learning_rate":0.005,"skipped_steps":3,"clipped_steps":17,"rollbacks":1,"out_of_order":0,\
            "input":{"fraud.examples":{"0":[120344,121871],"10":[5,6]}},\
            "config_hash":"b1946ac9"}\
            """);
  }

  @Test
  void aRecordOfForecastsHasTheirScoresAndBaselines() {
    ScoreBlock block = values(9, 9, 1, 2, 0.5, 0.25, 0.5, 4, true);
    RegressionBaseline baseline = new RegressionBaseline(3, 4, 5, NONE);
    ForecastBaselines forecast =
        new ForecastBaselines(2, List.of(new SeasonScores("24", baseline, baseline)));
    ScoreBlock window = withForecast(block, 12.5, 0.5);
    ScoreBlock total = withForecast(withLabels(block, 0, 0), 13.5, NONE);
    RegressionScores scores =
        new RegressionScores(9, 0, window, total, null, baseline, baseline, forecast);
    MetricsReport report =
        report(Task.REGRESSION, scores)
            .with(
                to ->
                    to.forecast =
                        new MetricsReport.Forecast(
                            "shop",
                            "24",
                            24,
                            1,
                            2,
                            3,
                            4,
                            41,
                            new ForecastValue(40, 30, 50),
                            new ForecastValue(38.5, NONE, NONE),
                            1_234));

    String line = encode(report);

    assertThat(line)
        .contains(",\"series\":\"shop\",\"horizon\":\"24\",\"seq\":")
        .contains("\"better_than_baseline\":true,\"smape\":12.5,\"mase\":0.5}")
        .contains("\"smape\":13.5,\"mase\":null,\"label_mean\"")
        .contains(
            "\"seasonal\":[{\"season\":\"24\",\"naive\":{\"window\":{\"mae\":3.0,\"rmse\":4.0},")
        .contains("\"rmse\":null}}}],\"scale\":2.0}")
        .contains(
            "\"forecast\":{\"pending\":24,\"expired\":1,\"dropped\":2,\"missing\":3,\"late\":4,"
                + "\"value\":41.0,\"last\":{\"value\":40.0,\"low\":30.0,\"high\":50.0},"
                + "\"next\":{\"value\":38.5,\"low\":null,\"high\":null,\"target_time\":\"1970-01-01T00:00:01.234Z\"}},");
  }

  @Test
  void aRegressionRecordIsOneLineInAStableOrder() {
    RegressionScores scores =
        new RegressionScores(
            1000,
            0,
            values(1000, 1000, 1.5, 2.5, 0.9, 0.1, 0.75, 0.25, true),
            withLabels(values(41999, 41999, 1.75, 2.75, 0.8, NONE, 0.875, 0.5, true), 100.5, 12.25),
            new Decaying(0.99, 99.5, values(9, 9, 1, 2, 0.5, 0.25, 0.5, 4, true)),
            new RegressionBaseline(3, 4, 5, 6),
            new RegressionBaseline(7, 8, 9, 10),
            null);

    assertThat(encode(report(Task.REGRESSION, scores)))
        .contains(
            """
            "task":"regression",\
            """)
        .contains(
            """
            "window":{"size":1000,"examples":1000,"weight":1000,"mae":1.5,"rmse":2.5,"r2":0.9,\
            "mape":0.1,"quantile_loss":0.75,"loss":0.25,"better_than_baseline":true},\
            "total":{"examples":41999,"weight":41999,"mae":1.75,"rmse":2.75,"r2":0.8,\
            "mape":null,"quantile_loss":0.875,"loss":0.5,"better_than_baseline":true,"label_mean":100.5,"label_sd":12.25},\
            "decayed":{"factor":0.99,"weight":99.5,"mae":1.0,"rmse":2.0,"r2":0.5,\
            "mape":0.25,"quantile_loss":0.5,"loss":4.0,"better_than_baseline":true},\
            "baseline":{"last_value":{"window":{"mae":3.0,"rmse":4.0},\
            "total":{"mae":5.0,"rmse":6.0}},\
            "mean":{"window":{"mae":7.0,"rmse":8.0},"total":{"mae":9.0,"rmse":10.0}}},\
            "learning_rate":0.005,\
            """);
  }

  @Test
  void aRecordOfSeveralOutputsHasTheScoresOfTheSetAndAFewOfEachOutput() {
    ClassificationBaseline baseline = new ClassificationBaseline(0, 0, 0, 0);
    ClassificationScores label =
        new ClassificationScores(
            500,
            0,
            block(500, 0.75, 0.25, 0.375),
            block(900, 0.5, 0.125, NONE),
            null,
            baseline,
            baseline,
            null,
            null,
            0.25,
            null,
            null);
    ScoreBlock block = values(9, 9, 1, 2, 0.5, 0.25, 0.5, 4, true);
    RegressionScores number =
        new RegressionScores(
            9,
            0,
            block,
            block,
            null,
            new RegressionBaseline(3, 4, 5, 6),
            new RegressionBaseline(7, 8, NONE, 10),
            null);
    MetricsReport report =
        report(
            Task.MULTI_TARGET,
            new OutputScores(
                500,
                sets(500, 0.5, 0.25, 0.375, 0.125, 0.75, 0.625, 0.0625, 0.875),
                sets(900, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE),
                List.of(
                    new OutputReport("paid", Task.BINARY, 900, label),
                    new OutputReport("amount", Task.REGRESSION, 9, number))));

    assertThat(encode(report))
        .contains(
            """
            "task":"multi-target","examples":42000,\
            """)
        .contains(
            """
            "window":{"size":500,"examples":500,"precision":0.5,"recall":0.25,"f1":0.375,\
            "macro_f1":0.125,"jaccard":0.75,"jaccard_samples":0.625,"hamming_loss":0.0625,\
            "exact_match":0.875},\
            "total":{"examples":900,"precision":null,"recall":null,"f1":null,"macro_f1":null,\
            "jaccard":null,"jaccard_samples":null,"hamming_loss":null,"exact_match":null},\
            "outputs":{"paid":{"task":"binary","examples":900,\
            "window":{"accuracy":0.75,"f1":0.75,"log_loss":0.375,"log_loss_baseline":0.5,\
            "better_than_baseline":false},\
            "total":{"accuracy":0.5,"f1":0.5,"log_loss":null,"log_loss_baseline":0.5,\
            "better_than_baseline":false},"threshold":0.25},\
            "amount":{"task":"regression","examples":9,\
            "window":{"mae":1.0,"rmse":2.0,"r2":0.5,"mae_baseline":7.0,"better_than_baseline":true},\
            "total":{"mae":1.0,"rmse":2.0,"r2":0.5,"mae_baseline":null,"better_than_baseline":true}}},\
            "learning_rate":0.005,\
            """);
    assertThat(encode(report.withoutClasses()))
        .contains("\"exact_match\":null},\"learning_rate\":0.005,");
  }

  @Test
  void theAveragesOfClassesStandInEachBlockThatHasThem() throws IOException {
    ScoreBlock block =
        withAverages(
            classes(
                1,
                1,
                Score.ACCURACY,
                1,
                Score.BALANCED_ACCURACY,
                1,
                Score.PRECISION,
                1,
                Score.RECALL,
                1,
                Score.F1,
                1,
                Score.KAPPA,
                1,
                Score.KAPPA_M,
                1,
                Score.KAPPA_TEMPORAL,
                1,
                Score.MCC,
                1,
                Score.LOSS,
                1,
                Score.LOG_LOSS,
                1,
                Score.LOG_LOSS_BASELINE,
                0.5,
                Score.BRIER,
                1,
                Score.CALIBRATION_ERROR,
                1,
                Score.AUC_ROC,
                1,
                Score.AUC_PR,
                1,
                Score.AUC_ROC_WEIGHTED,
                0.75,
                Score.AUC_PR_WEIGHTED,
                0.5),
            NONE);
    ClassificationBaseline baseline = new ClassificationBaseline(0, 0, 0, 0);
    ClassificationScores scores =
        new ClassificationScores(
            1,
            0,
            block,
            block,
            new Decaying(0.9, 1, block),
            baseline,
            baseline,
            null,
            null,
            NONE,
            new GroupScores(10, 3, 41, 0.75, 1, NONE),
            new SegmentScores(
                "device",
                List.of(
                    new Segment("phone", 3, new PositiveShare(0.25, 0.5)),
                    new Segment(null, 1, new PositiveShare(0.25, 0)))));

    JsonNode record = new ObjectMapper().readTree(encode(report(Task.MULTICLASS, scores)));

    for (String name : List.of("window", "total", "decayed")) {
      for (String average : List.of("macro", "weighted", "micro")) {
        assertThat(record.path(name).path(average))
            .as("%s of %s", average, name)
            .hasToString("{\"precision\":0.1,\"recall\":0.2,\"f1\":0.3}");
      }
    }
    assertThat(record.at("/window/auc_roc_weighted").asDouble()).isEqualTo(0.75);
    assertThat(record.at("/window/auc_pr_weighted").asDouble()).isEqualTo(0.5);
    assertThat(record.at("/window/groups"))
        .hasToString(
            "{\"at\":10,\"count\":3,\"examples\":41,\"auc\":0.75,\"hit_rate\":1.0,\"ndcg\":null}");
    assertThat(record.path("total").has("groups")).isFalse();
    assertThat(record.at("/window/segments"))
        .hasToString(
            """
            {"column":"device","values":[\
            {"value":"phone","examples":3,"mean_predicted":0.25,"observed_share":0.5,"ratio":0.5},\
            {"value":null,"examples":1,"mean_predicted":0.25,"observed_share":0.0,"ratio":null}]}\
            """);
    assertThat(record.path("total").has("segments")).isFalse();
  }

  @Test
  void scoresOfHeldOutExamplesStandBesideThoseOfAllOthersEpochByEpoch() {
    ClassificationBaseline none = new ClassificationBaseline(0, 0, 0, 0);
    ClassificationScores scores =
        new ClassificationScores(
            7,
            0,
            block(4, 0.5, 0.25, 0.75),
            block(6, 1, 2, 3),
            null,
            none,
            none,
            null,
            null,
            NONE,
            null,
            null);
    MetricsReport.Context context = report(Task.BINARY, scores).context();

    assertThat(
            encode(
                new MetricsReport(
                    context,
                    Task.BINARY,
                    scores,
                    3,
                    new MetricsReport.Validation(scores, 2, 0.125, true))))
        .contains(",\"epoch\":3,\"window\":")
        .contains(
            """
            ,"validation":{"best_epoch":2,"best_loss":0.125,"stopped":true,\
            "window":{"size":7,"examples":4,"weight":4,"accuracy":0.5,"balanced_accuracy":0.5,\
            "g_mean":0.5,"precision":0.5,"recall":0.5,"f1":0.5,"f_beta":0.5,"kappa":0.5,"kappa_m":0.5,\
            "kappa_temporal":0.5,"mcc":0.5,"loss":0.25,"log_loss":0.75,"log_loss_baseline":0.5,"normalized_entropy":1.5,"brier":0.5,\
            "calibration_error":0.5,"calibration":{"mean_predicted":0.25,"observed_share":0.125,"ratio":2.0},"predicts_one_class":true,"better_than_baseline":false},\
            "epoch":{"examples":6,"weight":6,"accuracy":1.0,"balanced_accuracy":1.0,\
            "g_mean":1.0,"precision":1.0,"recall":1.0,"f1":1.0,"f_beta":1.0,"kappa":1.0,"kappa_m":1.0,\
            "kappa_temporal":1.0,"mcc":1.0,"loss":2.0,"log_loss":3.0,"log_loss_baseline":0.5,"normalized_entropy":6.0,"brier":1.0,\
            "calibration_error":1.0,"calibration":{"mean_predicted":0.25,"observed_share":0.125,"ratio":2.0},"predicts_one_class":true,"better_than_baseline":false}},"learning_rate":\
            """);
  }

  @Test
  void intervalsAreScoredInTheWindowAndInTotal() {
    RegressionBaseline none = new RegressionBaseline(0, 0, 0, 0);
    ScoreBlock block = values(4, 4, 1, 2, 0.5, 0.25, 3, 4, true);
    RegressionScores scores =
        new RegressionScores(7, 0, block, withLabels(block, 0, 0), null, none, none, null);
    Coverage coverage =
        new Coverage(0.9, new CoverageBlock(0.75, 20, 25), new CoverageBlock(NONE, NONE, NONE));

    assertThat(encode(report(Task.REGRESSION, scores).with(to -> to.coverage = coverage)))
        .contains(
            """
            "better_than_baseline":true,\
            "interval":{"level":0.9,"coverage":0.75,"width":20.0,"winkler":25.0}},"total":\
            """)
        .contains(
            """
            "better_than_baseline":true,\
            "interval":{"level":0.9,"coverage":null,"width":null,"winkler":null},"label_mean":\
            """);
  }

  @Test
  void setsOfClassesAreScoredInTheWindowAndInTotal() {
    ClassificationBaseline none = new ClassificationBaseline(0, 0, 0, 0);
    ClassificationScores scores =
        new ClassificationScores(
            7,
            0,
            block(4, 0.5, 0.25, 0.75),
            block(6, 1, 2, 3),
            null,
            none,
            none,
            null,
            null,
            NONE,
            null,
            null);
    Coverage coverage =
        new Coverage(0.9, new CoverageBlock(0.75, 1.5, 9), new CoverageBlock(0.5, 2, 9));

    assertThat(encode(report(Task.BINARY, scores).with(to -> to.coverage = coverage)))
        .contains(",\"set\":{\"level\":0.9,\"coverage\":0.75,\"size\":1.5}")
        .contains(",\"set\":{\"level\":0.9,\"coverage\":0.5,\"size\":2.0}")
        .doesNotContain("winkler");
  }

  @Test
  void heldOutNumbersHaveTheScoresOfNumbers() {
    RegressionBaseline none = new RegressionBaseline(0, 0, 0, 0);
    RegressionScores scores =
        new RegressionScores(
            7,
            0,
            values(4, 4, 1, 2, 0.5, 0.25, 3, 4, true),
            values(6, 6, 5, 6, 0.75, 0.125, 7, 8, true),
            null,
            none,
            none,
            null);
    MetricsReport.Context context = report(Task.REGRESSION, scores).context();

    assertThat(
            encode(
                new MetricsReport(
                    context,
                    Task.REGRESSION,
                    scores,
                    1,
                    new MetricsReport.Validation(scores, 0, NONE, false))))
        .contains(
            """
            ,"validation":{"best_epoch":0,"best_loss":null,"stopped":false,\
            "window":{"size":7,"examples":4,"weight":4,"mae":1.0,"rmse":2.0,"r2":0.5,\
            "mape":0.25,"quantile_loss":3.0,"loss":4.0,"better_than_baseline":true},\
            "epoch":{"examples":6,"weight":6,"mae":5.0,"rmse":6.0,"r2":0.75,\
            "mape":0.125,"quantile_loss":7.0,"loss":8.0,"better_than_baseline":true}},"learning_rate":\
            """);
  }

  @Test
  void theMembersOfAMixtureStandWithTheirWeightsAndLosses() {
    ScoreBlock block = values(1, 1, 0, 0, 0, 0, 0, 0, true);
    RegressionBaseline none = new RegressionBaseline(0, 0, 0, 0);
    RegressionScores scores =
        new RegressionScores(1, 0, block, withLabels(block, 0, 0), null, none, none, null);
    MetricsReport.Members members =
        new MetricsReport.Members(
            "b",
            List.of(
                new MetricsReport.Member("a", 0.25, NONE),
                new MetricsReport.Member("b", 0.75, 0.5)));
    MetricsReport.Context context =
        new MetricsReport.Context(
            "p",
            "k",
            1,
            1,
            1,
            0,
            List.of(),
            0.02,
            0,
            0,
            0,
            members,
            List.of(),
            offsets(new int[0]),
            new MetricsReport.Arrivals(7, 3L),
            "");

    assertThat(encode(new MetricsReport(context, Task.REGRESSION, scores)))
        .contains(
            """
            "rollbacks":0,"out_of_order":7,"duplicates":3,\
            "members":{"leader":"b","weights":{"a":0.25,"b":0.75},\
            "losses":{"a":null,"b":0.5}},"input":\
            """);
  }

  @Test
  void aNumberThatDoesNotExistIsNull() throws IOException {
    ClassificationScores scores =
        new ClassificationScores(
            1000,
            0,
            block(0, NONE, NONE, NONE),
            block(1, 0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY),
            null,
            new ClassificationBaseline(NONE, NONE, NONE, NONE),
            new ClassificationBaseline(NONE, NONE, NONE, NONE),
            null,
            null,
            NONE,
            null,
            null);

    String line = encode(report(Task.MULTICLASS, scores));

    JsonNode record = new ObjectMapper().readTree(line);
    assertThat(record.at("/window/accuracy").isNull()).isTrue();
    assertThat(record.at("/total/loss").isNull()).isTrue();
    assertThat(record.at("/total/log_loss").isNull()).isTrue();
    assertThat(record.at("/baseline/majority/total/f1").isNull()).isTrue();
    assertThat(record.has("per_class")).isFalse();
    assertThat(record.has("confusion_matrix")).isFalse();
    assertThat(line).doesNotContain("NaN", "Infinity");
  }

  @Test
  void numbersArePlainAndReadBackAsTheSameDouble() throws IOException {
    for (double value : new double[] {1e-7, 1.0 / 3, 2e-3, 1e22, 123456789012.5, 2.2e-44, 1e23}) {
      ScoreBlock block = values(1, 1, value, value, -value, value, value, value, true);
      RegressionBaseline baseline = new RegressionBaseline(0, 0, 0, 0);
      String line =
          encode(
              report(
                  Task.REGRESSION,
                  new RegressionScores(
                      1, 0, block, withLabels(block, 0, 0), null, baseline, baseline, null)));

      String digits = line.replaceAll(".*?\"mae\":([^,]*),.*", "$1");
      assertThat(digits).matches("[0-9]+(\\.[0-9]+)?");
      assertThat(Double.parseDouble(digits)).isEqualTo(value);
      assertThat(new ObjectMapper().readTree(line).at("/window/r2").asDouble()).isEqualTo(-value);
    }
  }

  @Test
  void writesCountsOfDelayedLabels() {
    ScoreBlock block = values(1, 1, 0, 0, 0, 0, 0, 0, true);
    RegressionBaseline baseline = new RegressionBaseline(0, 0, 0, 0);
    MetricsReport report =
        report(
            Task.REGRESSION,
            new RegressionScores(
                1, 0, block, withLabels(block, 0, 0), null, baseline, baseline, null));

    assertThat(encode(report)).doesNotContain("\"labels\"");
    assertThat(
            encode(
                report.with(
                    to ->
                        to.labels =
                            new Labels(
                                1,
                                2,
                                3,
                                4,
                                5,
                                6,
                                7,
                                8,
                                9,
                                10,
                                11,
                                16,
                                17,
                                new Delays(12, 13, 14, 15)))))
        .contains(
            ",\"labels\":{\"pending\":1,\"early\":2,\"matched\":3,\"complete\":4,"
                + "\"timed_out\":5,\"without_features\":6,\"duplicate_features\":7,"
                + "\"duplicate_labels\":8,\"dropped_features\":9,\"dropped_labels\":10,"
                + "\"late\":11,\"imputed\":16,\"corrected\":17,\"delay_ms\":{\"p50\":12,\"p90\":13,\"p99\":14,\"max\":15}},");
    assertThat(
            encode(
                report.with(
                    to -> to.labels = new Labels(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null))))
        .contains("\"delay_ms\":null}");
  }

  @Test
  void numbersHaveNoMoreDigitsThanNeededOnAnyJdk() {
    // Before JDK 19, Double.toString(2.0e23) is 1.9999999999999998E23.
    ScoreBlock block = values(1, 1, 2.0e23, 0, 0, 0, 0, 0, true);
    RegressionBaseline baseline = new RegressionBaseline(0, 0, 0, 0);

    assertThat(
            encode(
                report(
                    Task.REGRESSION,
                    new RegressionScores(
                        1, 0, block, withLabels(block, 0, 0), null, baseline, baseline, null))))
        .contains("\"mae\":200000000000000000000000,");
  }

  @Test
  void keysAndClassesOfAnyTextAreEscaped() throws IOException {
    String text = "a\"b\\c\nd é 漢 \uD83C\uDF0A";
    MetricsReport.Context context =
        new MetricsReport.Context(
            text,
            text,
            1,
            1,
            1,
            0,
            List.of(text),
            1,
            0,
            0,
            0,
            null,
            List.of(),
            offsets(new int[0]),
            new MetricsReport.Arrivals(0, null),
            text);
    ScoreBlock block = block(1, 1, 1, 1);
    ClassificationBaseline baseline = new ClassificationBaseline(0, 0, 0, 0);
    ClassificationScores scores =
        new ClassificationScores(
            1,
            0,
            block,
            block,
            null,
            baseline,
            baseline,
            List.of(new ClassScores(1, 1, 1, 1, 1)),
            new Confusion(new double[1][1], new double[1][1]),
            NONE,
            null,
            null);

    byte[] line = json.encode(new MetricsReport(context, Task.BINARY, scores));

    assertThat(line).doesNotContain('\n');
    JsonNode record = new ObjectMapper().readTree(line);
    assertThat(record.get("key").asText()).isEqualTo(text);
    assertThat(record.at("/per_class/0/class").asText()).isEqualTo(text);
    assertThat(record.at("/confusion_matrix/labels/0").asText()).isEqualTo(text);
    assertThat(record.get("event_time").asText()).isEqualTo("1970-01-01T00:00:00.000Z");
    assertThat(record.at("/input/fraud.examples")).isEmpty();
  }

  @Test
  void severalModelsAreNamedInTheirOrderWithTheirRoles() throws IOException {
    MetricsReport.Context context =
        new MetricsReport.Context(
            "fraud",
            "shop-17",
            9,
            9,
            9,
            0,
            List.of("ok"),
            0.02,
            0,
            0,
            0,
            null,
            List.of(
                new CandidateReport("small", -1, 9, 0.25, 0.75, 3, 0.5),
                new CandidateReport("big", 4, 8, NONE, NONE, 0, NONE)),
            offsets(new int[0]),
            new MetricsReport.Arrivals(0, null),
            "");
    ClassificationBaseline baseline = new ClassificationBaseline(0, 0, 0, 0);
    ClassificationScores classes =
        new ClassificationScores(
            1,
            0,
            block(1, 1, 1, 1),
            block(1, 1, 1, 1),
            null,
            baseline,
            baseline,
            null,
            null,
            NONE,
            null,
            null);

    JsonNode record =
        new ObjectMapper().readTree(json.encode(new MetricsReport(context, Task.BINARY, classes)));

    assertThat(record.path("models"))
        .hasToString(
            """
            [{"name":"small","role":"challenger","examples":9,"log_loss":0.25,"accuracy":0.75,\
            "lead":3,"p_value":0.5},\
            {"name":"big","role":"champion","since":4,"examples":8,"log_loss":null,\
            "accuracy":null}]\
            """);
  }

  private static ScoreBlock block(long examples, double score, double loss, double logLoss) {
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    for (Score each : Score.of(Score.Kind.CLASSES)) {
      if (each.compareTo(Score.MACRO_PRECISION) < 0) {
        scores.put(each, score);
      }
    }
    scores.put(Score.LOSS, loss);
    scores.put(Score.LOG_LOSS, logLoss);
    scores.put(Score.LOG_LOSS_BASELINE, 0.5);
    putRest(scores);
    return new ScoreBlock(examples, examples, scores);
  }

  /**
   * @param scores each with its value
   */
  private static ScoreBlock classes(long examples, double weight, Object... scores) {
    Map<Score, Double> all = new EnumMap<>(Score.class);
    for (int i = 0; i < scores.length; i += 2) {
      all.put((Score) scores[i], ((Number) scores[i + 1]).doubleValue());
    }
    putRest(all);
    return new ScoreBlock(examples, weight, all);
  }

  private static void putRest(Map<Score, Double> scores) {
    scores.put(
        Score.NORMALIZED_ENTROPY, scores.get(Score.LOG_LOSS) / scores.get(Score.LOG_LOSS_BASELINE));
    scores.put(Score.MEAN_PREDICTED, 0.25);
    scores.put(Score.OBSERVED_SHARE, 0.125);
    scores.put(Score.CALIBRATION_RATIO, 2.0);
    scores.put(Score.PREDICTS_ONE_CLASS, 1.0);
    scores.put(Score.BETTER_THAN_BASELINE, 0.0);
  }

  private static ScoreBlock withAverages(ScoreBlock block, double fBeta) {
    Map<String, Double> values =
        Map.of("precision", 0.1, "recall", 0.2, "f1", 0.3, "f_beta", fBeta);
    Map<Score, Double> averages = new EnumMap<>(Score.class);
    for (Score score : Score.of(Score.Kind.CLASSES)) {
      if (score.compareTo(Score.MACRO_PRECISION) >= 0) {
        averages.put(score, values.get(score.field()));
      }
    }
    averages.values().removeIf(value -> value.isNaN());
    return with(block, averages);
  }

  private static ScoreBlock values(
      long examples,
      double weight,
      double mae,
      double rmse,
      double r2,
      double mape,
      double quantileLoss,
      double loss,
      boolean better) {
    return inOrder(
        Score.Kind.VALUES,
        examples,
        weight,
        mae,
        rmse,
        r2,
        mape,
        quantileLoss,
        loss,
        ScoreBlock.number(better));
  }

  private static ScoreBlock sets(long examples, double... scores) {
    return inOrder(Score.Kind.SETS, examples, NONE, scores);
  }

  private static ScoreBlock inOrder(
      Score.Kind kind, long examples, double weight, double... values) {
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    for (int i = 0; i < values.length; i++) {
      scores.put(Score.of(kind).get(i), values[i]);
    }
    return new ScoreBlock(examples, weight, scores);
  }

  private static ScoreBlock withForecast(ScoreBlock block, double smape, double mase) {
    return with(block, Map.of(Score.SMAPE, smape, Score.MASE, mase));
  }

  private static ScoreBlock withLabels(ScoreBlock block, double mean, double sd) {
    return with(block, Map.of(Score.LABEL_MEAN, mean, Score.LABEL_SD, sd));
  }

  private static ScoreBlock with(ScoreBlock block, Map<Score, Double> more) {
    Map<Score, Double> scores = new EnumMap<>(block.scores());
    scores.putAll(more);
    return new ScoreBlock(block.examples(), block.weight(), scores);
  }

  private String encode(MetricsReport report) {
    return new String(json.encode(report), StandardCharsets.UTF_8);
  }

  private static MetricsReport report(Task task, MetricsReport.Scores scores) {
    MetricsReport.Context context =
        new MetricsReport.Context(
            "fraud",
            "shop-17",
            42000,
            42000,
            41999,
            Instant.parse("2026-11-25T09:14:03.120Z").toEpochMilli(),
            List.of("ok", "fraud"),
            0.005,
            3,
            17,
            1,
            null,
            List.of(),
            offsets(new int[] {10, 0}),
            new MetricsReport.Arrivals(0, null),
            "b1946ac9");
    return new MetricsReport(context, task, scores);
  }

  private static MetricsReport.Offsets offsets(int[] partitions) {
    long[] first = {5, 120344};
    long[] last = {6, 121871};
    return new MetricsReport.Offsets(
        "fraud.examples",
        partitions,
        Arrays.copyOf(first, partitions.length),
        Arrays.copyOf(last, partitions.length));
  }
}
