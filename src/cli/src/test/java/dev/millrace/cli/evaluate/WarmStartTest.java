package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The option {@code warm-start}: models of new keys go on from what one of a file has learned. */
class WarmStartTest {
  @TempDir private static Path dir;

  @BeforeAll
  static void writeFiles() throws IOException {
    write("past.csv", 0, 400);
    write("today.csv", 400, 100);
    Files.writeString(dir.resolve("text.millrace"), "not a model");
    Cli run =
        Cli.run(
            "evaluate",
            "-c",
            pipeline("cold.yaml", "[x, y]", "fast") + "",
            "--input",
            dir.resolve("past.csv") + "",
            "--models",
            dir + "");
    assertThat(run.exitCode()).as(run.err()).isZero();
    byte[] damaged = Files.readAllBytes(dir.resolve("all.millrace"));
    Files.write(dir.resolve("longer.millrace"), Arrays.copyOf(damaged, damaged.length + 5));
    Arrays.fill(damaged, 1_000, 1_100, (byte) 0xFF);
    Files.write(dir.resolve("nan.millrace"), damaged);
  }

  @Test
  void aModelThatHasLearnedThePastKnowsMoreFromTheFirstRecordOn() throws Exception {
    Path warm =
        pipeline("warm.yaml", "[x, y]", "{ tier: fast, warm-start: { file: all.millrace } }");

    JsonNode cold = evaluate(dir.resolve("cold.yaml"));
    JsonNode once = evaluate(warm);

    assertThat(once.get("accuracy").asDouble()).isGreaterThan(cold.get("accuracy").asDouble());
    assertThat(Files.readAllLines(dir.resolve("predictions.csv")).get(1))
        .as("the first row of a new key is predicted")
        .matches("1,1,s0,(up|down),(up|down),0\\.\\d+,398,400,false");
    assertThat(evaluate(warm).get("models_sha256")).isEqualTo(once.get("models_sha256"));
    assertThat(Cli.run("validate", "-c", warm + "").out()).contains("from the file, auto: fast");
  }

  @Test
  void aNetworkStartsFromTheVectorsOfIdsOfAnother() throws Exception {
    Path folder = Files.createDirectory(dir.resolve("ids"));
    Path cold = idPipeline("cold-ids.yaml", "{ embeddings: { dimension: 4 } }");
    Cli past =
        Cli.run("evaluate", "-c", cold + "", "--input", dir + "/past.csv", "--models", folder + "");
    assertThat(past.exitCode()).as(past.err()).isZero();
    Path warm =
        idPipeline(
            "warm-ids.yaml",
            "{ embeddings: { dimension: 4 }, warm-start: { file: ids/all.millrace } }");

    assertThat(evaluate(warm).get("log_loss").asDouble())
        .isLessThan(evaluate(cold).get("log_loss").asDouble());
    assertThat(Cli.run("validate", "-c", warm + "").out())
        .contains("from the file, input 1 number + 1 × 4 of ids, 32 tanh hidden");
    Path other =
        idPipeline(
            "other-ids.yaml",
            "{ embeddings: { dimension: 5 }, warm-start: { file: ids/all.millrace } }");
    assertThat(Cli.run("validate", "-c", other + "").err())
        .contains("model.warm-start.file cannot start from ids/all.millrace:")
        .contains("stored (binary, embeddings of 4, 32 tanh")
        .contains("configured (binary, embeddings of 5, 32 tanh");
  }

  private static Path idPipeline(String name, String model) throws IOException {
    Path file = pipeline(name, "[x, { name: y, type: id }]", "");
    String text = Files.readString(file).replace("auto:", "model: " + model);
    return Files.writeString(file, text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [x, y] | { tier: fast, warm-start: { file: none.millrace } } | auto.warm-start.file is not a file: none.millrace does
          [x, y] | { tier: fast, warm-start: { file: text.millrace } } | auto.warm-start.file cannot start from text.millrace:
          [x, y] | { tier: fast, warm-start: { file: . } } | auto.warm-start.file cannot start from .:
          [x, y] | { tier: accurate, warm-start: { file: all.millrace } } | auto.warm-start.file cannot start from all.millrace
          [x, y] | { tier: fast, warm-start: { file: nan.millrace } } | some of its weights are not finite. The file is d
          [x, y] | { tier: fast, warm-start: { file: longer.millrace } } | bytes behind the model: 5, where 0 is po
          [x, y] | { tier: fast, warm-start: { file: all.millrace }, seed: 2 } | auto.seed applies only to random initial weights
          [x, { name: y, type: boolean }] | { tier: fast, warm-start: { file: all.millrace } } | it scales inputs 1
          [x] | { tier: fast, warm-start: { file: all.millrace } } | it has 2 features, but input.features are 1
          [x, y] | { tier: fast, warm-start: { key: a, file: all.millrace } } | auto.warm-start.file and auto.warm-start.key both name
          """)
  void rejectsUnsuitableFilesAtLoad(String features, String auto, String message)
      throws IOException {
    Cli run = Cli.run("validate", "-c", pipeline("bad.yaml", features, auto) + "");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message).contains("1 error.");
  }

  @Test
  void predictTakesNoModelThatBytesFollow() {
    Path longer = dir.resolve("longer.millrace");

    Cli run =
        Cli.run(
            "predict",
            "-c",
            dir.resolve("cold.yaml") + "",
            "--input",
            dir.resolve("today.csv") + "",
            "--model",
            longer + "");

    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith(
            "--model %s cannot be used: bytes behind the model: 5, where 0 is".formatted(longer));
  }

  @Test
  void predictTakesNoModelThatScalesWhatIsAnIndicatorNow() throws IOException {
    Path model = dir.resolve("all.millrace");

    Cli run =
        Cli.run(
            "predict",
            "-c",
            pipeline("marked.yaml", "[x, { name: y, type: boolean }]", "fast") + "",
            "--input",
            dir.resolve("today.csv") + "",
            "--model",
            model + "");

    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith("--model %s cannot be used: the stored model was trained on".formatted(model))
        .contains("it scales inputs 1 (counted from 0), which are indicators and not scaled now");
  }

  @Test
  void twoClassesStayTwo() throws IOException {
    Path file =
        pipeline("other.yaml", "[x, y]", "{ tier: fast, warm-start: { file: all.millrace } }");
    String declared = Files.readString(file).replace("label:", "classes: [no, yes], label:");
    Files.writeString(file, declared);

    assertThat(Cli.run("validate", "-c", file + "").err())
        .contains("its classes are [")
        .contains("], but input.classes are [no, yes]; together they must be at most two");
  }

  @Test
  void modelsThatCompeteDoNotStartFromOne() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("several.yaml"),
            Files.readString(
                    pipeline(
                        "one.yaml", "[x, y]", "{ warm-start: { file: all.millrace }, tier: fast }"))
                + "models: { a: auto, b: {} }\n");

    assertThat(Cli.run("validate", "-c", file + "").err())
        .contains("auto has warm-start, which applies only to a single model");
  }

  @Test
  void aPriorIsReadFromATopicWhichEvaluateHasNot() throws IOException {
    Path file = pipeline("prior.yaml", "[x, y]", "{ tier: fast, warm-start: { key: all } }");

    assertThat(Cli.run("validate", "-c", file + "").out())
        .contains("from the model of key \"all\", auto: fast");
    assertThat(Cli.run("evaluate", "-c", file + "", "--input", dir.resolve("past.csv") + "").err())
        .startsWith("auto.warm-start.key is read from the models topic")
        .contains("name the file with auto.warm-start.file");
  }

  private static JsonNode evaluate(Path pipeline) throws IOException {
    Cli run =
        Cli.run(
            "evaluate",
            "-c",
            pipeline + "",
            "--input",
            dir.resolve("today.csv") + "",
            "--key",
            "shop",
            "--predictions",
            dir.resolve("predictions.csv") + "",
            "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    return new ObjectMapper().readTree(run.out().strip());
  }

  private static Path pipeline(String name, String features, String auto) throws IOException {
    return Files.writeString(
        dir.resolve(name),
        """
        pipeline: shops
        kafka: { bootstrap.servers: "localhost:9092" }
        input: { label: class, task: binary, features: %s }
        auto: %s
        """
            .formatted(features, auto));
  }

  private static void write(String name, int from, int rows) throws IOException {
    StringBuilder csv = new StringBuilder("shop,x,y,class\n");
    for (int i = from; i < from + rows; i++) {
      int x = i * 37 % 101;
      int y = i * 53 % 97;
      String label = x > y ? "up" : "down";
      csv.append(String.join(",", List.of("s" + i % 5, x + "", y + "", label))).append('\n');
    }
    Files.writeString(dir.resolve(name), csv);
  }
}
