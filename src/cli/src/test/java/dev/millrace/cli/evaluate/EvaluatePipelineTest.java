package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.MillraceJob;
import dev.millrace.cli.Cli;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.csv.CsvFile;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.csv.RowPart;
import dev.millrace.cli.run.LocalFlink;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.eval.probability.AreaUnderCurve;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code evaluate -c} takes from the pipeline file: the fields of its input. */
class EvaluatePipelineTest {
  @TempDir private Path dir;
  private Path file;

  @BeforeEach
  void writeRows() throws IOException {
    StringBuilder rows = new StringBuilder("x,w,at,class\n");
    for (int i = 0; i < 200; i++) {
      // Only rows that are hard to predict weigh anything.
      boolean isHard = i % 4 == 0;
      rows.append(i % 4).append(',').append(isHard ? 1 : 0).append(',').append(60_000L * i);
      rows.append(isHard && i % 8 == 0 ? ",no\n" : ",yes\n");
    }
    file = Files.writeString(dir.resolve("rows.csv"), rows);
  }

  @Test
  void theWeightsOfTheFileAreThoseOfTheScores() throws Exception {
    // Only rows whose class is drawn weigh anything; a mixture learns classes that alternate.
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder rows = new StringBuilder("x,w,class\n");
    for (int i = 0; i < 2000; i++) {
      boolean isDrawn = i % 4 == 0;
      rows.append(i % 4).append(',').append(isDrawn ? 1 : 0);
      rows.append(isDrawn && random.nextBoolean() ? ",no\n" : ",yes\n");
    }
    Files.writeString(file, rows);

    String[] plain = totals(run("label: class, features: [x]"));
    String[] weighted = totals(run("label: class, weight: w, features: [x]"));

    assertThat(Double.parseDouble(plain[4])).isGreaterThan(0.7);
    assertThat(Double.parseDouble(weighted[4])).isLessThan(0.6);
  }

  @Test
  void theWindowLooksBackOnTheEventTimesOfTheFile() throws Exception {
    String[] withoutTimes = totals(run("label: class, features: [x]"));
    String[] withTimes = totals(run("label: class, event-time: at, features: [x]"));

    // Windowed and total accuracy: 10 minutes are ten rows of the file, and rows without times
    // are a millisecond apart.
    assertThat(withoutTimes[2]).isEqualTo(withoutTimes[4]);
    assertThat(withTimes[4]).isEqualTo(withoutTimes[4]);
    assertThat(withTimes[2]).isIn("0.8000", "0.9000", "1.0000").isNotEqualTo(withTimes[4]);
  }

  @Test
  void anEventTimeInTheFutureIsReported() throws Exception {
    Files.writeString(file, "1,1,16725225600000,yes\n", StandardOpenOption.APPEND);

    assertThat(run("label: class, event-time: at, features: [x]").err())
        .startsWith(
            "Event time \"at\" is later than tomorrow in 1 of 201 rows, first"
                + " \"16725225600000\" (rows.csv:202): evaluate moves windows");
    assertThat(run("label: class, features: [x]").err()).isEmpty();
  }

  @Test
  void featuresAreDerivedFromTheRowsBefore() throws Exception {
    String[] alone = totals(run("label: class, positive-class: yes, features: [w]"));
    String[] derived =
        totals(
            run(
                "label: class, positive-class: yes, features: [w], derived: [{ lag: class,"
                    + " steps: [4, 8] }]"));

    // Every fourth row is a no or a yes in turn, and nothing in the row says which.
    assertThat(Double.parseDouble(alone[4])).isLessThan(0.9);
    assertThat(Double.parseDouble(derived[4])).isGreaterThan(0.93);
  }

  @Test
  void aRowIsPredictedWithoutTheLabelsThatComeLater() throws Exception {
    String input =
        "label: class, positive-class: yes, event-time: at, features: [w], derived: [{ lag: class,"
            + " steps: [4, 8] }]";
    String[] atOnce = totals(run(input));
    String[] late = totals(run(input, "--label-delay", "3m"));

    // A minute is a row: the label of four rows ago is the second to last that is known.
    assertThat(late[1]).isEqualTo(atOnce[1]);
    assertThat(Double.parseDouble(late[4])).isLessThan(Double.parseDouble(atOnce[4]));
    assertThat(run(input, "--label-delay", "3m").out())
        .containsPattern(
            "\\n"
                + "estimate without labels: accuracy 0\\.\\d{4}  f1 0\\.\\d{4}  \\(of the last \\d+"
                + " predictions\\)\\n");
    assertThat(run(input).out()).doesNotContain("estimate");
    assertThat(run(input, "--label-delay", "soon").err())
        .contains("--label-delay must be a time such as 30m or 2h, but was soon");
    assertThat(run(input, "--label-delay", "3m", "--epochs", "2").err())
        .contains("--label-delay allows one pass, but --epochs was 2");
  }

  private static String[] totals(Cli run) {
    assertThat(run.exitCode()).as(run.err()).isZero();
    String line = run.out().lines().filter(l -> l.startsWith("all ")).findFirst().orElseThrow();
    return line.split(" +");
  }

  @Test
  void withoutDeclaredFeaturesTheWeightIsNoFeature() throws Exception {
    Path pipeline =
        Files.writeString(
            dir.resolve("standard.yaml"),
            """
            pipeline: standard
            kafka: { bootstrap.servers: "localhost:9092" }
            input: { label: class, weight: weight }
            """);
    Files.writeString(file, "x,weight,class\n" + "1,1,a\n2,1,b\n".repeat(20) + "1,-1,a\n");

    CsvScan scan =
        CsvScan.scan(file, "class", null, List.of())
            .withInput(PipelineFile.read(pipeline).input().spec());
    Cli run = Cli.run("evaluate", "-c", pipeline + "", "--input", file + "");

    assertThat(scan.features()).extracting(FeatureSpec::name).containsExactly("x");
    assertThat(run.err())
        .isEqualTo(
            "1 rejected, invalid-weight; first row 41: the weight is -1.0; it must be between"
                + " 0 and 1000000.0 (limits.weight)\n");
  }

  @Test
  void rejectsInvalidWeightsAndTimesAsAJobDoes() throws Exception {
    Files.writeString(
        file, Files.readString(file) + "1,heavy,1,yes\n1,-1,1,yes\n1,,1,yes\n1,1,noon,yes\n");

    Cli run = run("label: class, weight: w, event-time: at, features: [x]");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err().lines())
        .containsExactly(
            "1 rejected, invalid-feature; first row 204: at is \"noon\", no event time: it must be"
                + " a number or a time such as 2026-11-26T09:30:00Z",
            "3 rejected, invalid-weight; first row 201: w is heavy, not a number");
  }

  @Test
  void rejectsAPositiveClassOfThePipelineThatTheFileLacks() throws Exception {
    Cli run = run("label: class, positive-class: yess, features: [x]");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "input.positive-class \"yess\" is not a class of %s. Did you mean \"yes\"? Classes: no, yes%n"
                .formatted(file));
  }

  @Test
  void aPositiveClassOfMoreThanTwoIsRejected() throws Exception {
    Files.writeString(file, Files.readString(file) + "1,1,1,maybe\n");

    Cli run = run("label: class, positive-class: yes, features: [x]");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            ("input.positive-class \"yes\" needs two classes, but \"class\" of %s has 3: maybe,"
                    + " no, yes. Remove it.%n")
                .formatted(file));
  }

  @ParameterizedTest
  @CsvSource({"JSON, 'format: json, id: payment'", "AVRO, id: event_id"})
  void theRowsHeldOutAreThoseOfAJobThatReadsThemFromATopic(CsvExamples.Format format, String input)
      throws Exception {
    writePayments();
    Path pipeline =
        Files.writeString(
            dir.resolve("payments.yaml"),
            """
            pipeline: payments
            kafka: { bootstrap.servers: "localhost:9092" }
            input: { label: class, features: [x], %s }
            validation: { fraction: 0.25 }
            output: { predictions: true }
            """
                .formatted(input));
    Path predictions = dir.resolve("predictions.csv");

    Cli run =
        Cli.run(
            "evaluate",
            "-c",
            pipeline + "",
            "--input",
            file + "",
            "--predictions",
            predictions + "");

    assertThat(run.exitCode()).as(run.err()).isZero();
    List<Long> heldOut =
        Files.readAllLines(predictions).stream()
            .filter(line -> line.endsWith(",true"))
            .map(line -> Long.parseLong(line.substring(0, line.indexOf(','))))
            .toList();
    assertThat(heldOut).hasSizeBetween(30, 70).isEqualTo(heldOutByJob(pipeline, format));
  }

  @Test
  void theGroupsOfTheFileAreScoredByThePredictionsOfTheirRows() throws Exception {
    StringBuilder rows = new StringBuilder("x,user,class\n");
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 400; i++) {
      double x = random.nextDouble();
      rows.append(x).append(',').append(i % 50 == 0 ? "" : "u-" + random.nextInt(30));
      rows.append(random.nextDouble() < x ? ",yes\n" : ",no\n");
    }
    Files.writeString(file, rows);
    Path predictions = dir.resolve("predictions.csv");
    Path pipeline =
        Files.writeString(
            dir.resolve("groups.yaml"),
            """
            pipeline: groups
            kafka: { bootstrap.servers: "localhost:9092" }
            input: { label: class, format: json, positive-class: yes, features: [x] }
            metrics: { group: user, at: 1 }
            """);

    String[] command = {"evaluate", "-c", pipeline + "", "--input", file + ""};
    Cli table = Cli.run(command);
    Cli run = Cli.run(with(command, "--json", "--predictions", predictions + ""));

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode groups = new ObjectMapper().readTree(run.out()).path("groups");
    assertThat(groups.path("at").asInt()).isOne();
    assertGroups(groups, predictions);
    assertThat(table.out())
        .containsPattern(
            "groups in the last window: auc 0\\.\\d+  hit rate at 1 0\\.\\d+  ndcg 0\\.\\d+ "
                + " \\(\\d+ groups with both classes\\)");
  }

  @Test
  void theCalibrationOfEachSegmentIsThatOfItsRows() throws Exception {
    Path file = dir.resolve("views.csv");
    StringBuilder rows = new StringBuilder("x,device,click\n");
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 600; i++) {
      boolean isPhone = random.nextInt(3) == 0;
      boolean isClick = random.nextDouble() < (isPhone ? 0.6 : 0.1);
      rows.append(random.nextDouble()).append(isPhone ? ",phone" : ",pc");
      rows.append(isClick ? ",yes\n" : ",no\n");
    }
    Files.writeString(file, rows);
    Path predictions = dir.resolve("predictions.csv");
    Path pipeline =
        Files.writeString(
            dir.resolve("segments.yaml"),
            """
            pipeline: segments
            kafka: { bootstrap.servers: "localhost:9092" }
            input:
              label: click
              positive-class: yes
              features: [x, { name: device, type: one-hot, values: [phone, tablet, pc] }]
            metrics: { segments: device }
            """);

    String[] command = {"evaluate", "-c", pipeline + "", "--input", file + ""};
    Cli table = Cli.run(command);
    Cli run = Cli.run(with(command, "--json", "--predictions", predictions + ""));

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode segments = new ObjectMapper().readTree(run.out()).path("segments");
    assertThat(segments.path("column").asText()).isEqualTo("device");
    assertThat(segments.at("/values/0/value").asText()).isEqualTo("phone");
    assertThat(segments.at("/values/1/value").asText()).isEqualTo("pc");
    List<String> lines = Files.readAllLines(predictions);
    List<String> columns = List.of(lines.get(0).split(","));
    String[] views = rows.toString().split("\n");
    for (JsonNode segment : segments.path("values")) {
      double sum = 0;
      int clicks = 0;
      int count = 0;
      for (int i = 1; i < lines.size(); i++) {
        boolean isOfSegment = views[i].contains("," + segment.path("value").asText());
        String probability = lines.get(i).split(",", -1)[columns.indexOf("probability")];
        if (isOfSegment && !probability.isEmpty()) {
          sum += Double.parseDouble(probability);
          clicks += lines.get(i).split(",", -1)[columns.indexOf("actual")].equals("yes") ? 1 : 0;
          count++;
        }
      }
      assertThat(segment.path("examples").asInt()).isEqualTo(count).isGreaterThan(100);
      assertThat(segment.path("mean_predicted").asDouble()).isCloseTo(sum / count, within(1e-5));
      assertThat(segment.path("observed_share").asDouble())
          .isCloseTo(clicks / (double) count, within(1e-9));
    }
    assertThat(table.out())
        .containsPattern(
            "device phone in the last window: mean predicted 0\\.\\d+  observed 0\\.\\d+  \\(\\d+"
                + " examples\\)");
  }

  /** Asserts scores at rank 1 by the rows' predictions; no two have the same probability. */
  private void assertGroups(JsonNode groups, Path predictions) throws IOException {
    Map<String, List<double[]>> byUser = new TreeMap<>();
    try (CsvFile rows = new CsvFile(file);
        CsvFile predicted = new CsvFile(predictions)) {
      int probability = predicted.header().indexOf("probability");
      while (rows.next() && predicted.next()) {
        String user = rows.row()[1];
        String score = predicted.row()[probability];
        if (!user.isEmpty() && !score.isEmpty()) {
          byUser
              .computeIfAbsent(user, u -> new ArrayList<>())
              .add(new double[] {Double.parseDouble(score), rows.row()[2].equals("yes") ? 1 : 0});
        }
      }
    }
    byUser
        .values()
        .removeIf(rows -> rows.stream().mapToDouble(row -> row[1]).distinct().count() < 2);
    double auc = 0;
    double examples = 0;
    double hits = 0;
    for (List<double[]> rows : byUser.values()) {
      AreaUnderCurve area = new AreaUnderCurve(0);
      rows.forEach(row -> area.add((float) row[0], row[1] == 1, 1));
      auc += rows.size() * area.compute().roc();
      examples += rows.size();
      hits += rows.stream().max(Comparator.comparingDouble(row -> row[0])).orElseThrow()[1];
    }
    assertThat(groups.path("count").asInt()).isEqualTo(byUser.size()).isGreaterThan(20);
    assertThat(groups.path("examples").asInt()).isEqualTo((int) examples);
    assertThat(groups.path("auc").asDouble()).isCloseTo(auc / examples, within(1e-9));
    assertThat(groups.path("hit_rate").asDouble())
        .isCloseTo(hits / byUser.size(), within(1e-9))
        .isEqualTo(groups.path("ndcg").asDouble()); // the same at rank 1
  }

  private static String[] with(String[] command, String... more) {
    String[] all = Arrays.copyOf(command, command.length + more.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    return all;
  }

  @Test
  void anIdThatTheFileLacksIsRejected() throws Exception {
    writePayments();

    Cli run = run("label: class, id: payments, features: [x]");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err().lines())
        .containsExactly(
            "input.id \"payments\" is not a column of %s. Did you mean \"payment\"?"
                .formatted(file),
            "Columns: x, payment, class");
  }

  private void writePayments() throws IOException {
    StringBuilder rows = new StringBuilder("x,payment,class\n");
    for (int i = 0; i < 200; i++) {
      rows.append(i % 4).append(",p-").append(i).append(i % 4 == 0 ? ",no\n" : ",yes\n");
    }
    Files.writeString(file, rows);
  }

  /** Returns the numbers, from 1, of the rows that a job holds out as produce sends them. */
  private List<Long> heldOutByJob(Path pipeline, CsvExamples.Format format) throws Exception {
    Settings settings = PipelineFile.read(pipeline);
    InputSpec input = settings.input().spec();
    CsvScan scan = CsvScan.scan(file, "class", null, List.of()).withInput(input);
    List<Long> heldOut = new ArrayList<>();
    ObjectMapper parser = new ObjectMapper();
    try (LocalSink predictions =
            new LocalSink(
                record -> {
                  JsonNode prediction = Evaluation.parsed(parser, record);
                  if (prediction.path("held_out").asBoolean()) {
                    heldOut.add(prediction.path("offset").asLong() + 1);
                  }
                });
        LocalSink others = new LocalSink(record -> {})) {
      StreamExecutionEnvironment env = LocalFlink.environment(1, LocalFlink.NO_RESTART);
      MillraceJob.build(
          env,
          settings,
          source(records(scan, format, input)),
          new MillraceJob.Sinks(others, predictions, others, others, others, others));
      StreamGraph graph = env.getStreamGraph();
      LocalFlink.start(env, graph, cluster -> {}).getJobExecutionResult().get();
    }
    return heldOut;
  }

  private static List<byte[]> records(CsvScan scan, CsvExamples.Format format, InputSpec input) {
    List<byte[]> values = new ArrayList<>();
    try (CsvExamples rows = new CsvExamples(scan, 0, 1, format, RowPart.ALL, input, 0)) {
      while (rows.next()) {
        values.add(rows.value());
      }
    }
    return values;
  }

  private static DataGeneratorSource<KafkaRecord> source(List<byte[]> values) {
    byte[] key = CsvExamples.ONLY_KEY.getBytes(StandardCharsets.UTF_8);
    return new DataGeneratorSource<>(
        index -> KafkaRecord.of("topic", 0, index, index, key, values.get(index.intValue())),
        values.size(),
        TypeInformation.of(KafkaRecord.class));
  }

  @Test
  void aColumnThatSaysWhatARowWeighsOrWhenItWasIsNoLabel() throws Exception {
    Cli weight = run("label: class, weight: w, event-time: at, features: [x]", "--label", "w");
    Cli time = run("label: class, weight: w, event-time: at, features: [x]", "--label", "at");

    assertThat(weight.exitCode()).isEqualTo(2);
    assertThat(weight.err())
        .startsWith("--label \"w\" is the pipeline's input.weight, so it cannot be predicted.");
    assertThat(time.exitCode()).isEqualTo(2);
    assertThat(time.err()).startsWith("--label \"at\" is the pipeline's input.event-time,");
  }

  private Cli run(String input, String... more) throws IOException {
    Path pipeline =
        Files.writeString(
            dir.resolve("rows.yaml"),
            """
            pipeline: rows
            kafka: { bootstrap.servers: "localhost:9092" }
            input: { format: json, %s }
            metrics: { window-time: 10m }
            """
                .formatted(input));
    List<String> args = new ArrayList<>();
    args.addAll(List.of("evaluate", "-c", pipeline + "", "--input", file + ""));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }
}
