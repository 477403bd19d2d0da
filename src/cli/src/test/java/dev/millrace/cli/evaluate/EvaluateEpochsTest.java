package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code evaluate} says of several passes over rows that have nothing to teach. */
class EvaluateEpochsTest {
  private static final String SEEN = "Rows were seen in earlier epochs: ";

  @TempDir private Path dir;
  private Path file;

  @BeforeEach
  void writeCoinFlips() throws IOException {
    Random random = new Random(1);
    StringBuilder rows = new StringBuilder("shop,x,y,label\n");
    for (int i = 0; i < 300; i++) {
      rows.append(
          "%s,%d,%d,%s%n".formatted(i % 2 == 0 ? "a" : "b", random.nextInt(100), i, flip(random)));
    }
    file = Files.writeString(dir.resolve("flips.csv"), rows);
  }

  private static String flip(Random random) {
    return random.nextBoolean() ? "heads" : "tails";
  }

  private Cli evaluate(String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("evaluate", "--input", file + "", "--label", "label"));
    arguments.addAll(List.of(options));
    Cli run = Cli.run(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run;
  }

  private JsonNode json(String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("--json");
    return new ObjectMapper().readTree(evaluate(arguments.toArray(String[]::new)).out().strip());
  }

  @Test
  void scoresOfRowsThatWereSeenAreNotTakenForOthers() throws Exception {
    Cli once = evaluate("--drop", "shop");
    Cli twice = evaluate("--drop", "shop", "--epochs", "2");

    assertThat(once.out()).doesNotContain(SEEN, "epoch", "held out");
    assertThat(twice.out().lines())
        .contains(
            SEEN
                + "none of these scores is of unseen rows. Hold some out (--validation 0.2), or"
                + " make one pass.")
        .filteredOn(line -> line.startsWith("epoch"))
        .hasSize(2)
        .allMatch(line -> line.matches("epoch \\d +window loss [0-9.]+"));
    assertThat(json("--drop", "shop").get("prequential").asBoolean()).isTrue();
    assertThat(json("--drop", "shop", "--epochs", "2").get("prequential").asBoolean()).isFalse();
  }

  @Test
  void heldOutRowsAreCountedAndScoredInOnePassAndInSeveral() throws Exception {
    Cli once = evaluate("--validation", "0.3");
    Cli twice = evaluate("--validation", "0.3", "--epochs", "2");

    int rows = json("--validation", "0.3").at("/validation/rows").asInt();
    assertThat(rows).isBetween(60, 120);
    String line = "held out: %d rows  validation loss [0-9.]+  validation accuracy [0-9.]+";
    assertThat(once.out().lines()).anyMatch(l -> l.matches(line.formatted(rows)));
    assertThat(once.out()).doesNotContain(SEEN);
    assertThat(twice.out().lines())
        .anyMatch(l -> l.matches(line.formatted(rows)))
        .contains(SEEN + "only the validation scores are of unseen rows.");
  }

  @Test
  void earlyStoppingReportsTheEpochAndTheBestOne() throws Exception {
    String[] options = {"--drop", "shop", "--epochs", "15", "--patience", "2"};
    JsonNode stopped = json(options).get("stopped");

    assertThat(stopped).hasSize(1);
    int epoch = stopped.get(0).get("epoch").asInt();
    int best = stopped.get(0).get("best_epoch").asInt();
    assertThat(epoch).isEqualTo(best + 2).isLessThan(15);
    assertThat(evaluate(options).out())
        .contains(
            "Stopped after epoch %d of 15: the validation loss was best in epoch %d.\n"
                .formatted(epoch, best));
    assertThat(json("--drop", "shop", "--epochs", "2", "--validation", "0.1").get("stopped"))
        .isEmpty();
  }

  @Test
  void severalModelsReportHowManyStopped() {
    String out = evaluate("--key", "shop", "--epochs", "15", "--patience", "2").out();

    assertThat(out)
        .containsPattern(
            "2 of 2 models stopped after epoch \\d+( to \\d+)? of 15: their validation loss was"
                + " best in epoch \\d+");
  }

  @Test
  void patienceInOnePassIsReportedAsWithoutEffect() {
    Cli run = evaluate("--patience", "2");

    assertThat(run.err())
        .contains("--patience has no effect in one pass over the file. Add --epochs, such as 20.");
    assertThat(run.out()).doesNotContain("held out");
    assertThat(evaluate("--patience", "2", "--epochs", "2").err()).doesNotContain("--patience");
  }

  @Test
  void theRarerClassIsThePositiveOne() throws Exception {
    Files.writeString(file, "x,label\n" + "1,ok\n2,ok\n3,fraud\n".repeat(20));
    Path pipeline =
        Files.writeString(
            dir.resolve("p.yaml"),
            """
            pipeline: p
            kafka: { bootstrap.servers: "localhost:9092" }
            input: { format: json, label: label, features: [x] }
            """);

    assertThat(evaluate().out()).contains("f1 is that of class \"fraud\".");
    assertThat(evaluate("--positive-class", "ok").out()).contains("f1 is that of class \"ok\".");
    assertThat(evaluate("-c", pipeline + "").out()).contains("f1 is that of class \"ok\".");
  }
}
