package dev.millrace.codec.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.millrace.data.Task;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.OutputScores;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Score;
import dev.millrace.testing.SampleRecords;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MetricsRecordTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void readsTheScoresThatWereWritten() throws IOException {
    Set<Score> read = new TreeSet<>();
    for (MetricsReport report : SampleRecords.of(MetricsReport.class)) {
      MetricsRecord record = MetricsRecord.of(JSON.readTree(new MetricsJson().encode(report)));

      assertThat(record.key()).isEqualTo(report.context().key());
      assertThat(record.kind()).contains(report.task());
      assertThat(record.seq()).isEqualTo(report.context().seq());
      assertThat(record.window().scores()).isEqualTo(report.scores().window());
      assertThat(record.total().scores()).isEqualTo(report.scores().total());
      assertThat(record.estimate()).isEqualTo(report.estimate());
      read.addAll(record.window().scores().scores().keySet());
    }

    assertThat(read).containsExactly(Score.values());
  }

  @Test
  void readsWhatBelongsToTheScoresOfAKind() throws IOException {
    for (MetricsReport report : SampleRecords.of(MetricsReport.class)) {
      MetricsRecord record = MetricsRecord.of(JSON.readTree(new MetricsJson().encode(report)));

      if (report.scores() instanceof ClassificationScores scores) {
        assertThat(record.window().groups()).isEqualTo(scores.groups());
        assertThat(record.window().segments().values()).hasSameSizeAs(scores.segments().segments());
        assertThat(record.window().set().coverage()).isEqualTo(0.25);
        assertThat(record.baseline().noChange().window().get(Score.F1))
            .isEqualTo(scores.noChange().windowF1());
        assertThat(record.threshold()).isEqualTo(scores.threshold());
        assertThat(record.confusionMatrix().counts()).isDeepEqualTo(scores.confusion().window());
      } else if (report.scores() instanceof RegressionScores scores) {
        assertThat(record.window().interval().winkler()).isEqualTo(0.25);
        assertThat(record.baseline().mean().total().get(Score.RMSE))
            .isEqualTo(scores.mean().totalRmse());
        assertThat(record.baseline().scale()).isEqualTo(scores.forecast().scale());
        assertThat(record.baseline().seasonal()).hasSameSizeAs(scores.forecast().seasons());
      } else if (report.scores() instanceof OutputScores scores) {
        assertThat(record.isOfSeveralOutputs()).isEqualTo(report.task().hasOutputs());
        assertThat(record.outputs()).hasSameSizeAs(scores.outputs());
      }
    }
  }

  @Test
  void readsAnyJson() throws IOException {
    JsonNode[] records = {
      NullNode.getInstance(),
      JSON.readTree("[1]"),
      JSON.readTree("{}"),
      JSON.readTree(
          """
          {"key":7,"seq":"x","task":[],"window":3,"total":{"accuracy":"high","f1":null},
           "baseline":{"seasonal":{},"no_change":[]},"outputs":[1],"models":[null,2],"estimate":1,
           "confusion_matrix":{"labels":{},"counts":[1,[2,"x"]]},"members":{"weights":[0.5]}}
          """)
    };

    for (JsonNode json : records) {
      MetricsRecord record = MetricsRecord.of(json);

      assertThat(record.key()).isEmpty();
      assertThat(record.seq()).isZero();
      assertThat(record.kind()).isEmpty();
      assertThat(record.is(Task.BINARY)).isFalse();
      assertThat(record.total().scores().get(Score.ACCURACY)).isNaN();
      assertThat(record.total().scores().get(Score.F1)).isNaN();
      assertThat(record.baseline().noChange().total().get(Score.F1)).isNaN();
      assertThat(record.outputs()).isEmpty();
      assertThat(record.estimate()).isNull();
    }
  }

  @Test
  void aNumberOrFlagThatIsWrittenAsTextIsAbsent() throws IOException {
    MetricsRecord record =
        MetricsRecord.of(
            JSON.readTree(
                """
                {"seq":"5","epoch":"3","total":{"examples":"9","accuracy":"0.5"},
                 "validation":{"best_epoch":"2","stopped":"true"},
                 "confusion_matrix":{"labels":["a"],"counts":[["7"]],"total_counts":[[7]]}}
                """));

    assertThat(record.seq()).isZero();
    assertThat(record.epoch()).isZero();
    assertThat(record.total().scores().examples()).isZero();
    assertThat(record.total().scores().get(Score.ACCURACY)).isNaN();
    assertThat(record.validation().bestEpoch()).isZero();
    assertThat(record.validation().stopped()).isFalse();
    assertThat(record.confusionMatrix().counts()[0]).containsExactly(0);
    assertThat(record.confusionMatrix().totalCounts()[0]).containsExactly(7);
  }
}
