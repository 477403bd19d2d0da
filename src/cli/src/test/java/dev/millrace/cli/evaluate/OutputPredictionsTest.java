package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of predictions of several outputs. */
class OutputPredictionsTest {
  @TempDir private Path folder;

  private Path file;
  private CsvScan scan;

  @BeforeEach
  void scan() throws IOException {
    file = folder.resolve("predictions.csv");
    Path rows = folder.resolve("rows.csv");
    Files.writeString(rows, "x,y\n1,2.5\n2,3.5\n3,5.5\n");
    scan = CsvScan.scan(rows, "y", null, List.of(), null);
  }

  @Test
  void aSetHasTheProbabilityOfEachLabelWheneverItWasDiscovered() throws IOException {
    write(
        "input: { label: y, task: multilabel, features: [x], label-separator: '|' }",
        "{\"key\":\"a,b\",\"offset\":0,\"labels\":[],\"actual\":[\"calm\"],\"probabilities\":{},\"model_version\":0,\"examples\":90}",
        "{\"key\":\"a,b\",\"offset\":1,\"labels\":[\"calm\"],\"actual\":[\"calm\",\"very, sad\"],"
            + "\"probabilities\":{\"calm\":0.75},\"model_version\":1,\"examples\":91}",
        "{\"key\":\"a,b\",\"offset\":5,\"labels\":[],\"held_out\":true,\"probabilities\":{\"calm\":0.25,\"very,"
            + " sad\":0.125},\"model_version\":2,\"examples\":92}");

    assertThat(file)
        .hasContent(
            """
            row,epoch,key,actual,prediction,model_version,examples,held_out,probability_calm,"probability_very, sad"
            1,1,"a,b",calm,,0,90,false,,
            2,1,"a,b","calm|very, sad",calm,1,91,false,0.75,0.0
            3,2,"a,b",,,2,92,true,0.25,0.125
            """);
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void declaredLabelsHaveTheirColumnsInTheirOrder() throws IOException {
    write(
        "input: { label: y, task: multilabel, features: [x], classes: [sad, calm] }",
        "{\"key\":\"\",\"offset\":0,\"labels\":[\"calm\"],\"probabilities\":{\"sad\":0.25,\"calm\":0.75},\"model_version\":0,\"examples\":90}");

    assertThat(Files.readAllLines(file))
        .containsExactly(
            "row,epoch,key,actual,prediction,model_version,examples,held_out,probability_sad,probability_calm",
            "1,1,,,calm,0,90,false,0.25,0.75");
  }

  @Test
  void eachTargetHasColumnsOfItsKind() throws IOException {
    write(
        """
        input:
          format: json
          targets:
            paid: { task: binary, positive-class: "yes" }
            amount: regression
            kind: multiclass
          features: [x]
        output: { interval: 0.9 }
        """,
        "{\"key\":\"\",\"offset\":0,\"model_version\":4,\"examples\":94,\"outputs\":{"
            + "\"paid\":{\"class\":\"no\",\"actual\":\"yes\",\"probabilities\":{\"no\":0.75,\"yes\":0.25},"
            + "\"set\":{\"level\":0.9,\"classes\":[\"no\",\"yes\"]}},"
            + "\"amount\":{\"value\":2.5,\"interval\":{\"level\":0.9,\"low\":1.5,\"high\":3.5}},"
            + "\"kind\":{\"class\":\"b\",\"actual\":\"a\",\"probabilities\":{\"a\":0.375,\"b\":0.625}}}}",
        "{\"key\":\"\",\"offset\":1,\"model_version\":5,\"examples\":95,\"outputs\":{"
            + "\"paid\":{\"class\":\"no\",\"probabilities\":{\"no\":1.0}},"
            + "\"amount\":{\"value\":null,\"actual\":7.0}}}");

    assertThat(Files.readAllLines(file))
        .containsExactly(
            "row,epoch,key,actual_paid,prediction_paid,probability_paid,set_paid,"
                + "actual_amount,prediction_amount,low_amount,high_amount,"
                + "actual_kind,prediction_kind,probability_kind,set_kind,model_version,examples,held_out",
            "1,1,,yes,no,0.25,no|yes,,2.5,1.5,3.5,a,b,0.625,,4,94,false",
            "2,1,,,no,0.0,,7.0,,,,,,,,5,95,false");
  }

  @Test
  void numbersKeepTheDigitsOfTheirRecord() throws IOException {
    write(
        "input: { format: json, targets: { amount: regression }, features: [x] }\n"
            + "output: { interval: 0.9 }",
        "{\"key\":\"\",\"offset\":0,\"model_version\":4,\"examples\":94,\"outputs\":{\"amount\":"
            + "{\"value\":12345678,\"actual\":7,\"interval\":{\"low\":0.1,\"high\":123456789.0625}}}}");

    assertThat(Files.readAllLines(file).get(1))
        .isEqualTo("1,1,,7,12345678,0.1,1.234567890625E8,4,94,false");
  }

  private void write(String input, String... records) {
    Settings settings =
        PipelineFile.parse(
            "p.yaml", "pipeline: p\nkafka: { bootstrap.servers: a:1 }\n" + input + "\n", null);
    try (PredictionsFile predictions =
        new PredictionsFile(file, scan, settings.input().spec(), null, settings.output())) {
      for (String record : records) {
        predictions.accept(MetricsRecords.read(record));
      }
    }
  }
}
