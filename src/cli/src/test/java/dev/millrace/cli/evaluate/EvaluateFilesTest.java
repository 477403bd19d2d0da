package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.csv.CsvFile;
import dev.millrace.eval.probability.AreaUnderCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The files that {@code evaluate} writes: predictions of rows, and models. */
class EvaluateFilesTest {
  private static final int ROWS = 300;
  private static final int MANY_CLASSES = 250; // more than a confusion matrix is reported of

  @TempDir private Path dir;

  @Test
  void thePredictionsGiveTheScoresOfTheTable() throws Exception {
    Path file = dir.resolve("predictions.csv");

    JsonNode result =
        evaluate(
            "--input",
            shops() + "",
            "--label",
            "class",
            "--key",
            "shop",
            "--epochs",
            "2",
            "--validation",
            "0.2",
            "--predictions",
            file + "");

    List<String> rows = new ArrayList<>();
    int counted = 0;
    int right = 0;
    int heldOut = 0;
    int heldOutRight = 0;
    int withoutPrediction = 0;
    try (CsvFile predictions = new CsvFile(file)) {
      assertThat(predictions.header())
          .containsExactly(
              "row",
              "epoch",
              "key",
              "actual",
              "prediction",
              "probability",
              "model_version",
              "examples",
              "held_out");
      while (predictions.next()) {
        String[] row = predictions.row();
        rows.add(row[1] + "/" + row[0]);
        assertThat(row[2]).isEqualTo(shop(Integer.parseInt(row[0]) - 1));
        assertThat(row[3]).isEqualTo(label(Integer.parseInt(row[0]) - 1));
        int isRight = row[3].equals(row[4]) ? 1 : 0;
        if (row[4].isEmpty()) {
          withoutPrediction++;
        } else if (row[8].equals("false")) {
          assertThat(Double.parseDouble(row[5])).isBetween(0.0, 1.0);
          counted++;
          right += isRight;
        } else if (row[1].equals("2")) {
          assertThat(row[8]).isEqualTo("true");
          heldOut++;
          heldOutRight += isRight;
        }
      }
    }
    assertThat(rows).hasSize(2 * ROWS).doesNotHaveDuplicates().contains("1/1", "2/" + ROWS);
    // The file has told the classes, so that the first row of a key is predicted and scored too.
    assertThat(withoutPrediction).isZero();
    assertThat(result.get("accuracy").asDouble()).isEqualTo((double) right / counted);
    assertThat(result.at("/validation/rows").asInt()).isEqualTo(heldOut).isPositive();
    assertThat(result.at("/validation/accuracy").asDouble())
        .isEqualTo((double) heldOutRight / heldOut);
  }

  @Test
  void aRowWithoutALabelIsADeadLetterAndTheOthersAreLearned() throws Exception {
    Path file = Files.writeString(dir.resolve("gaps.csv"), "x,y\n1,a\n2,\n3,b\n4,NA\n5,a\n");

    JsonNode result = evaluate("--input", file + "", "--label", "y");

    assertThat(result.get("dead_letters").asInt()).isEqualTo(2);
    assertThat(result.get("examples").asInt()).isEqualTo(3);
  }

  @Test
  void asManyClassesAsTheFileHasAreLearnedAndScored() throws Exception {
    StringBuilder rows = new StringBuilder("x,y\n");
    for (int i = 0; i < 2 * MANY_CLASSES; i++) {
      rows.append(i % MANY_CLASSES).append(",c").append(i % MANY_CLASSES).append('\n');
    }
    Path file = Files.writeString(dir.resolve("many.csv"), rows);

    JsonNode result = evaluate("--input", file + "", "--label", "y");

    assertThat(result.get("dead_letters").asInt()).isZero();
    assertThat(result.get("examples").asInt()).isEqualTo(2 * MANY_CLASSES);
    assertThat(result.get("accuracy").isNumber()).isTrue();
    assertThat(result.get("f1").isNumber()).isTrue();
  }

  @Test
  void aRareClassIsScoredByItsProbabilities() throws Exception {
    Path input = dir.resolve("rare.csv");
    Path file = dir.resolve("rare-predictions.csv");
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder rows = new StringBuilder("x,y\n");
    for (int i = 0; i < 600; i++) {
      boolean isPositive = random.nextInt(10) == 0;
      double x = random.nextDouble() + (isPositive ? 0.3 : 0);
      rows.append(x).append(isPositive ? ",yes\n" : ",no\n");
    }
    Files.writeString(input, rows);

    JsonNode result =
        evaluate(
            "--input",
            input + "",
            "--label",
            "y",
            "--validation",
            "0.2",
            "--predictions",
            file + "");

    AreaUnderCurve area = new AreaUnderCurve(0);
    double squares = 0;
    double predicted = 0;
    double observed = 0;
    int counted = 0;
    try (CsvFile predictions = new CsvFile(file)) {
      while (predictions.next()) {
        String[] row = predictions.row();
        if (row[5].isEmpty() || row[8].equals("true")) {
          continue;
        }
        float p = Float.parseFloat(row[5]);
        int truth = row[3].equals("yes") ? 1 : 0;
        area.add(p, truth == 1, 1);
        squares += (p - truth) * (p - truth);
        predicted += p;
        observed += truth;
        counted++;
      }
    }
    area.compute();
    assertThat(result.get("auc").asDouble()).isEqualTo(area.roc());
    assertThat(result.get("pr_auc").asDouble()).isEqualTo(area.precisionRecall());
    assertThat(result.get("brier").asDouble()).isCloseTo(squares / counted, within(1e-6));
    assertThat(result.at("/calibration/observed_share").asDouble())
        .isBetween(0.05, 0.15)
        .isCloseTo(observed / counted, within(0.01));
    assertThat(result.at("/calibration/mean_predicted").asDouble())
        .isCloseTo(predicted / counted, within(0.01));
    assertThat(result.get("log_loss_baseline").asDouble()).isBetween(0.2, 0.6);
    assertThat(result.get("normalized_entropy").asDouble())
        .isEqualTo(result.get("log_loss").asDouble() / result.get("log_loss_baseline").asDouble());
    assertThat(result.at("/calibration/ratio").asDouble())
        .isCloseTo(predicted / observed, within(0.1));
  }

  @Test
  void theTableSaysWhetherTheModelIsBetterThanNothing() throws Exception {
    StringBuilder rows = new StringBuilder("x,y\n");
    for (int i = 0; i < 300; i++) {
      rows.append(1).append(i % 50 == 7 ? ",yes\n" : ",no\n");
    }
    Path input = Files.writeString(dir.resolve("one.csv"), rows);

    Cli run = Cli.run("evaluate", "--input", input + "", "--label", "y");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("auc 0\\.\\d+  pr-auc 0\\.\\d+  log-loss 0\\.\\d+ \\(class frequencies 0")
        .containsPattern(
            "normalized entropy \\d\\.\\d+\\)  mean predicted 0\\.\\d+, observed 0\\.02")
        .containsPattern("\\(ratio \\d\\.\\d+\\)")
        .contains(
            "Predicts only class \"no\" in the last window. What may help: --threshold-metric f1");
  }

  @Test
  void eachOfSeveralClassesHasAColumnForItsProbability() throws Exception {
    StringBuilder rows = new StringBuilder("x,y\n");
    for (int i = 0; i < 60; i++) {
      rows.append(i % 3).append(",c").append(i % 3).append('\n');
    }
    Path input = Files.writeString(dir.resolve("three.csv"), rows);
    Path file = dir.resolve("three-predictions.csv");

    JsonNode result = evaluate("--input", input + "", "--label", "y", "--predictions", file + "");

    assertThat(result.get("auc").isNull()).isTrue();
    try (CsvFile predictions = new CsvFile(file)) {
      assertThat(predictions.header())
          .contains("probability_c0", "probability_c1", "probability_c2");
      for (int row = 1; predictions.next(); row++) {
        String[] cells = predictions.row();
        if (row > 1) {
          assertThat(
                  Double.parseDouble(cells[5])
                      + Double.parseDouble(cells[6])
                      + Double.parseDouble(cells[7]))
              .isCloseTo(1, within(1e-5));
        }
      }
    }
  }

  @Test
  void reasonsNameTheColumnThatDecides() throws Exception {
    StringBuilder rows = new StringBuilder("noise,x,y\n");
    for (int i = 0; i < 300; i++) {
      rows.append(i * 7 % 10)
          .append(',')
          .append(i / 3 % 2)
          .append(",c")
          .append(i / 3 % 2)
          .append('\n');
    }
    Path input = Files.writeString(dir.resolve("reasons.csv"), rows);
    Path file = dir.resolve("reasons-predictions.csv");

    Cli run =
        Cli.run(
            "evaluate",
            "--input",
            input + "",
            "--label",
            "y",
            "--reasons",
            "1",
            "--predictions",
            file + "");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).containsPattern("columns that moved predictions most: x 0\\.\\d+  noise");
    try (CsvFile predictions = new CsvFile(file)) {
      int column = predictions.header().indexOf("reasons");
      int row = 0;
      while (predictions.next()) {
        if (++row > 200) {
          assertThat(predictions.row()[column]).matches("x=[-.0-9E]+");
        }
      }
    }
    assertThat(Cli.run("evaluate", "--input", input + "", "--label", "y", "--reasons", "-1").err())
        .isEqualTo("--reasons must be between 0 and 100, but was -1\n");
  }

  @Test
  void predictAnswersWithReasonsToo() throws Exception {
    Path models = dir.resolve("models");
    Path pipeline = pipeline();
    Files.writeString(pipeline, Files.readString(pipeline) + "output: { reasons: 2 }\n");
    assertThat(evaluateShops(pipeline, shops(), models).exitCode()).isZero();
    String model = models.resolve("plain.millrace") + "";

    Cli csv = Cli.run("predict", "-c", pipeline + "", "--input", shops() + "", "--model", model);
    Cli json =
        Cli.run(
            "predict", "-c", pipeline + "", "--input", shops() + "", "--model", model, "--json");

    assertThat(csv.out()).startsWith("row,key,prediction,probability,reasons,model_version\n");
    JsonNode first = new ObjectMapper().readTree(json.out().lines().findFirst().orElseThrow());
    JsonNode reasons = first.path("reasons");
    double sum = reasons.path("base").asDouble() + reasons.path("others").asDouble();
    for (JsonNode column : reasons.path("columns")) {
      sum += column.asDouble();
    }
    assertThat(reasons.path("columns").size()).isBetween(1, 2);
    assertThat(sum).isCloseTo(reasons.path("log_odds").asDouble(), within(1e-9));
    String cell = csv.out().lines().skip(1).findFirst().orElseThrow().split(",")[4];
    String column = reasons.path("columns").fieldNames().next();
    assertThat(cell).startsWith(column + "=" + reasons.path("columns").path(column).asText());
  }

  @Test
  void aLabelOfAClassInNearlyEachRowIsReported() throws Exception {
    StringBuilder rows = new StringBuilder("x,weight\n");
    for (int i = 0; i < 60; i++) {
      rows.append(i).append(',').append(i % 40).append(" kg\n");
    }
    Path input = Files.writeString(dir.resolve("weights.csv"), rows);

    Cli run = Cli.run("evaluate", "--input", input + "", "--label", "weight");

    assertThat(run.err())
        .contains(
            "The label \"weight\" is taken as about 40 classes, each in few of 60 rows: they cannot"
                + " be learned. Group them, or predict a number.\n");
  }

  @Test
  void twoClassesOfADeclaredMulticlassTaskAreAveraged() throws Exception {
    StringBuilder rows = new StringBuilder("x,y\n");
    for (int i = 0; i < 60; i++) {
      rows.append(i % 2).append(i % 2 == 0 ? ",a\n" : ",b\n");
    }
    Path input = Files.writeString(dir.resolve("two.csv"), rows);

    Cli run = Cli.run("evaluate", "--input", input + "", "--label", "y", "--task", "multiclass");

    assertThat(run.out()).contains("f1 is the macro average over 2 classes");
  }

  @Test
  void numbersArePredictedWithoutAProbability() throws Exception {
    Path file = dir.resolve("predictions.csv");

    JsonNode result =
        evaluate(
            "--input",
            shops() + "",
            "--label",
            "y",
            "--task",
            "regression",
            "--drop",
            "class",
            "--predictions",
            file + "");

    double error = 0;
    int counted = 0;
    try (CsvFile predictions = new CsvFile(file)) {
      while (predictions.next()) {
        String[] row = predictions.row();
        assertThat(row).hasSize(8);
        if (!row[4].isEmpty()) {
          error += Math.abs(Double.parseDouble(row[3]) - Double.parseDouble(row[4]));
          counted++;
        }
      }
    }
    assertThat(result.get("mae").asDouble())
        .isCloseTo(error / counted, Percentage.withPercentage(1e-4));
  }

  private static Cli evaluateShops(Path pipeline, Path input, Path models) {
    return Cli.run(
        "evaluate",
        "--key",
        "shop",
        "-c",
        pipeline + "",
        "--input",
        input + "",
        "--models",
        models + "");
  }

  @Test
  void theModelsPredictWithoutABroker() throws Exception {
    Path models = dir.resolve("models");
    Path pipeline = pipeline();

    Cli run = evaluateShops(pipeline, shops(), models);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).endsWith("Wrote 2 models to " + models + "\n");
    Path odd = models.resolve(OutputFile.ofKey("a/b,c", "millrace"));
    assertThat(odd.getFileName().toString()).startsWith("a_b_c-");
    assertThat(models).isDirectoryContaining("glob:**/plain.millrace");
    for (Path model : List.of(odd, models.resolve("plain.millrace"))) {
      Cli answers =
          Cli.run("predict", "-c", pipeline + "", "--input", shops() + "", "--model", model + "");
      assertThat(answers.exitCode()).as(answers.err()).isZero();
      assertThat(answers.out().lines()).hasSize(ROWS + 1);
      assertThat(answers.out().lines().skip(1).map(line -> line.replaceFirst(".*,", "")).distinct())
          .singleElement()
          .satisfies(version -> assertThat(Integer.parseInt(version)).isBetween(1, ROWS / 2));
    }
  }

  @Test
  void predictLogsThatTheJobDecidesByAThreshold() throws Exception {
    Path models = dir.resolve("models");
    Path pipeline = pipeline();
    Files.writeString(pipeline, Files.readString(pipeline) + "metrics: { threshold-metric: f1 }\n");
    assertThat(evaluateShops(pipeline, shops(), models).exitCode()).isZero();
    String model = models.resolve("plain.millrace") + "";

    Cli answers =
        Cli.run("predict", "-c", pipeline + "", "--input", shops() + "", "--model", model);

    assertThat(answers.exitCode()).as(answers.err()).isZero();
    assertThat(answers.err())
        .isEqualTo(
            "Note: predictions are the most probable class. The job decides by the threshold in its"
                + " metrics records (metrics.threshold-metric: f1).\n");
  }

  @Test
  void aModelOfOtherFeaturesOrOfAnotherOrderDoesNotPredict() throws Exception {
    Path models = dir.resolve("models");
    Path pipeline = pipeline();
    assertThat(evaluateShops(pipeline, shops(), models).exitCode()).isZero();
    String yaml = Files.readString(pipeline);
    Files.writeString(pipeline, yaml.replace("features: [x, y]", "features: [y, x]"));
    String model = models.resolve("plain.millrace") + "";

    Cli answers =
        Cli.run("predict", "-c", pipeline + "", "--input", shops() + "", "--model", model);

    assertThat(Files.readString(pipeline)).isNotEqualTo(yaml);
    assertThat(answers.exitCode()).isOne();
    assertThat(answers.out()).isEmpty();
    assertThat(answers.err())
        .isEqualTo(
            ("--model %s cannot be used: it was trained on other input.features, or on these in"
                    + " another order or of other types: y, x; restore the stored"
                    + " input.features%n")
                .formatted(model));
  }

  @Test
  void aRowThatCannotBePredictedLeavesTheOthers() throws Exception {
    Path models = dir.resolve("models");
    Path pipeline = pipeline();
    assertThat(evaluateShops(pipeline, shops(), models).exitCode()).isZero();
    Path rows = Files.writeString(dir.resolve("t.csv"), "x,y\n1,2\nmuch,2\n,2\n2,7\n");
    String model = models.resolve("plain.millrace") + "";

    Cli csv = Cli.run("predict", "-c", pipeline + "", "--input", rows + "", "--model", model);
    Cli json =
        Cli.run("predict", "-c", pipeline + "", "--input", rows + "", "--model", model, "--json");

    assertThat(csv.exitCode()).isOne();
    assertThat(csv.err().lines())
        .containsExactly(
            "t.csv:3: feature \"x\" is declared numeric but is the text \"much\" (key \"all\").",
            "t.csv:4: feature \"x\" is absent and was not declared nullable (key \"all\").",
            "2 of 4 rows could not be predicted.");
    assertThat(csv.out().lines()).hasSize(5).contains("2,all,,,", "3,all,,,");
    assertThat(csv.out().lines().toList().get(4))
        .matches("4,all,(yes|\"no, or so\"),0\\.\\d+,\\d+");
    assertThat(json.exitCode()).isOne();
    assertThat(json.out().lines())
        .hasSize(4)
        .contains(
            "{\"row\":3,\"key\":\"all\",\"error\":{\"code\":\"missing-feature\",\"message\":"
                + "\"feature \\\"x\\\" is absent and was not declared nullable\"}}");
  }

  @Test
  void unwritableOutputIsRejectedBeforeTheJobRuns() throws Exception {
    Cli noFolder =
        Cli.run(
            "evaluate",
            "--input",
            shops() + "",
            "--label",
            "class",
            "--predictions",
            dir.resolve("none/p.csv") + "");
    Cli noPipeline =
        Cli.run(
            "evaluate", "--input", shops() + "", "--label", "class", "--models", dir + "/models");
    Path file = shops();
    Cli isFile =
        Cli.run(
            "evaluate",
            "-c",
            pipeline() + "",
            "--input",
            file + "",
            "--key",
            "shop",
            "--predictions",
            dir.resolve("early.csv") + "",
            "--models",
            file + "");

    assertThat(isFile.err()).isEqualTo(file + " is a file; name a folder.\n");
    assertThat(dir.resolve("early.csv")).as("written by the job").doesNotExist();
    assertThat(noFolder.err())
        .isEqualTo(dir.resolve("none/p.csv") + " cannot be written: its folder does not exist.\n");
    assertThat(noPipeline.exitCode()).isEqualTo(2);
    assertThat(noPipeline.err())
        .startsWith("--models needs -c FILE")
        .endsWith("./millrace init --input " + dir.resolve("shops.csv") + "\n");
    assertThat(dir.resolve("models")).doesNotExist();
  }

  @Test
  void aKeyThatIsAFileNameKeepsItsName() {
    assertThat(OutputFile.ofKey("shop-17.b", "onnx")).hasToString("shop-17.b.onnx");
    assertThat(OutputFile.ofKey("größe_1", "onnx")).hasToString("größe_1.onnx");
    assertThat(OutputFile.ofKey("a/b", "x")).isNotEqualTo(OutputFile.ofKey("a_b", "x"));
    assertThat(OutputFile.ofKey("a/b", "x")).isNotEqualTo(OutputFile.ofKey("a:b", "x"));
    assertThat(OutputFile.ofKey("../up", "x").toString()).matches("_\\.\\._up-[0-9a-f]{8}\\.x");
    assertThat(OutputFile.ofKey("", "x").toString()).matches("_-[0-9a-f]{8}\\.x");
    assertThat(OutputFile.asciiName("größe_1", "x")).matches("gr__e_1-[0-9a-f]{8}\\.x");
  }

  @Test
  void keysThatDifferInCapitalLettersHaveFilesThatDifferInMore() throws IOException {
    String csv =
        Files.readString(shops()).replace("\"plain\"", "shop-a").replace("\"a/b,c\"", "Shop-A");
    Files.writeString(dir.resolve("shops.csv"), csv + "other,1,2,yes\n");

    Cli run = evaluateShops(pipeline(), dir.resolve("shops.csv"), dir.resolve("models"));

    assertThat(run.exitCode()).as(run.err()).isZero();
    try (Stream<Path> files = Files.list(dir.resolve("models"))) {
      assertThat(files.map(file -> file.getFileName().toString().toLowerCase(Locale.ROOT)))
          .hasSize(3)
          .doesNotHaveDuplicates()
          .contains("other.millrace")
          .filteredOn(name -> name.matches("shop-a-[0-9a-f]{8}\\.millrace"))
          .hasSize(2);
    }
    assertThat(OutputFile.ofKeys(List.of("\u00e9", "e\u0301", "E"), "x").values())
        .extracting(Path::toString)
        .contains("E.x")
        .doesNotContain("\u00e9.x", "e\u0301.x");
  }

  @Test
  void aLongKeyHasAFile() throws IOException {
    for (String letter : List.of("k", "ö", "語", "𝔘")) {
      String key = letter.repeat(1_000);
      Path file = dir.resolve(OutputFile.ofKey(key, "millrace"));
      OutputFile.write(file, new byte[1]);
      assertThat(file).isRegularFile();
      assertThat(OutputFile.ofKey(key + letter, "millrace")).isNotEqualTo(file.getFileName());
    }
  }

  @Test
  void predictionsDoNotOverwriteTheRows() throws Exception {
    Path shops = shops();
    String before = Files.readString(shops);

    Cli run =
        Cli.run(
            "evaluate",
            "--input",
            shops + "",
            "--label",
            "class",
            "--predictions",
            dir.resolve("./shops.csv") + "");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).isEqualTo("--predictions would overwrite --input " + shops + "\n");
    assertThat(shops).hasContent(before);
  }

  @Test
  void noFileThatIsWrittenIsAnotherFileOfTheCommand() throws Exception {
    Path shops = shops();
    Path pipeline = pipeline();
    String before = Files.readString(pipeline);
    Path out = dir.resolve("out");

    assertThat(evaluated(shops, pipeline, "--predictions", pipeline))
        .isEqualTo("--predictions would overwrite --config " + pipeline + "\n");
    assertThat(evaluated(shops, pipeline, "--html", pipeline))
        .isEqualTo("--html would overwrite --config " + pipeline + "\n");
    assertThat(evaluated(shops, pipeline, "--html", dir.resolve("./out"), "--predictions", out))
        .isEqualTo("--html would overwrite --predictions " + out + "\n");
    assertThat(pipeline).hasContent(before);
    assertThat(out).doesNotExist();
  }

  private static String evaluated(Path input, Path pipeline, Object... options) {
    List<String> words =
        new ArrayList<>(List.of("evaluate", "--input=" + input, "--config=" + pipeline));
    Stream.of(options).map(Object::toString).forEach(words::add);
    Cli run = Cli.run(words.toArray(String[]::new));
    assertThat(run.exitCode()).isEqualTo(2);
    return run.err();
  }

  @Test
  void columnsOfModelsAreCheckedBeforeTheFirstLine() throws Exception {
    Path pipeline =
        Files.writeString(
            dir.resolve("open.yaml"),
            "pipeline: open\n"
                + "kafka: { bootstrap.servers: localhost:9092 }\n"
                + "input: { label: class }\n");
    Path models = dir.resolve("of-columns");
    Cli run = evaluateShops(pipeline, shops(), models);
    assertThat(run.exitCode()).as(run.err()).isZero();
    Path narrow = Files.writeString(dir.resolve("narrow.csv"), "shop,x\nplain,1\n");

    Cli predict =
        Cli.run(
            "predict",
            "--config=" + pipeline,
            "--input=" + narrow,
            "--key=shop",
            "--model=" + models.resolve("plain.millrace"));

    assertThat(predict.exitCode()).isEqualTo(2);
    assertThat(predict.out()).isEmpty();
    assertThat(predict.err())
        .startsWith(
            "The model of key \"plain\" has other columns: input.features \"y\" is not a column"
                + " of ");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsReported() throws Exception {
    Cli run =
        Cli.run(
            "evaluate", "--input", shops() + "", "--label", "class", "--predictions", "/dev/full");

    assertThat(run.err()).contains("/dev/full cannot be written: No space left on device");
  }

  private static JsonNode evaluate(String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "--json"));
    arguments.addAll(List.of(options));
    Cli run = Cli.run(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return new ObjectMapper().readTree(run.out().strip());
  }

  private static String shop(int row) {
    return row % 2 == 0 ? "plain" : "a/b,c";
  }

  private static String label(int row) {
    return row % 3 == 0 ? "yes" : "no, or so";
  }

  private Path shops() throws IOException {
    StringBuilder csv = new StringBuilder("shop,x,y,class\n");
    for (int i = 0; i < ROWS; i++) {
      csv.append("\"%s\",%d,%d,\"%s\"%n".formatted(shop(i), i % 3, 7 * (i % 5), label(i)));
    }
    return Files.writeString(dir.resolve("shops.csv"), csv);
  }

  private Path pipeline() throws IOException {
    return Files.writeString(
        dir.resolve("shops.yaml"),
        """
        pipeline: shops
        kafka: { bootstrap.servers: "localhost:9092" }
        input: { label: class, task: binary, features: [x, y] }
        """);
  }
}
