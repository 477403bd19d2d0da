package dev.millrace.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.Cli;
import dev.millrace.cli.console.LiveScreen;
import dev.millrace.cli.console.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LiveTableTest {
  private static final Terminal.Size SIZE = new Terminal.Size(10, 80);

  private final AtomicLong nanos = new AtomicLong();
  private final LiveTable table = new LiveTable(nanos::get);

  @Test
  void showsTheNewestRecordOfEachKeyTheWorstLossFirst() {
    accept("good", 100, "0.1");
    accept("bad", 100, "0.9");
    accept("new", 1, "null");
    nanos.set(3_000_000_000L);
    accept("good", 200, "0.2");

    List<String> lines = table.lines(SIZE);

    assertThat(lines).hasSize(6);
    assertThat(lines.get(0)).contains("examples  key").endsWith("age");
    assertThat(lines.get(2)).contains("100  bad").contains("0.900").endsWith("3 s");
    assertThat(lines.get(3)).contains("200  good").contains("0.200").endsWith("0 s");
    assertThat(lines.get(4)).contains("1  new");
    assertThat(lines.get(5)).isEqualTo("3 keys; 301 examples, 33/s");
  }

  @Test
  void ordersForecastsByTheirErrorRelativeToANaiveForecast() {
    String line =
        """
        {"key":"%s","task":"regression","horizon":"1","examples":100,
         "window":{"loss":null,"mae":%s,"mase":%s},
         "baseline":{"last_value":{"window":{"mae":10.0}}}}
        """;
    table.accept(json(line.formatted("a-good@1", "20.0", "0.5")));
    table.accept(json(line.formatted("b-ratio@1", "18.0", "null")));
    table.accept(json(line.formatted("c-worst@1", "5.0", "2.5")));
    table.accept(json(line.formatted("d-new@1", "null", "null")));

    List<String> lines = table.lines(SIZE);

    assertThat(lines.get(0)).contains("mase").doesNotContain("loss");
    assertThat(lines.get(2)).contains("c-worst@1").contains("2.500");
    assertThat(lines.get(3)).contains("b-ratio@1").endsWith("-     0 s");
    assertThat(lines.get(4)).contains("a-good@1");
    assertThat(lines.get(5)).contains("d-new@1");
  }

  @Test
  void countsAKeyOfSeveralOutputsOnceWhicheverOfItsRecordsComesFirst() {
    String several =
        """
        {"key":"%s","task":"multilabel","examples":%d,"window":{"f1":%s,"exact_match":0.5},
         "outputs":{"calm":{"window":{"accuracy":0.75,"f1":0.5}}}}
        """;
    accept("good@calm", 100, "0.4");
    table.accept(json(several.formatted("good", 100, "0.9")));
    accept("bad@calm", 50, "0.3");
    table.accept(json(several.formatted("bad", 50, "0.2")));
    nanos.set(3_000_000_000L);
    accept("good@calm", 400, "0.4");
    table.accept(json(several.formatted("good", 400, "0.9")));

    List<String> lines = table.lines(new Terminal.Size(20, 80));

    assertThat(lines).hasSize(2 + 2 * 4 + 1);
    assertThat(lines.get(2)).contains("50  bad").endsWith("3 s");
    assertThat(lines.get(5)).contains("calm: acc 0.750");
    assertThat(lines.get(6)).contains("400  good").endsWith("0 s");
    assertThat(lines.get(10)).isEqualTo("2 keys; 450 examples, 100/s");
  }

  @Test
  void showsTheWorstThatFitAndCountsTheRest() {
    for (int key = 0; key < 50; key++) {
      accept("key-" + key, 10, "0." + (10 + key));
    }

    List<String> lines = table.lines(SIZE);

    assertThat(lines).hasSize(10);
    assertThat(lines.get(2)).contains("key-49");
    assertThat(lines.get(9)).isEqualTo("50 keys, the worst 7; 500 examples, -/s");
  }

  @Test
  void aKeyOfSeveralModelsTakesALineMore() {
    for (int key = 0; key < 5; key++) {
      table.accept(
          json(
              """
              {"key":"key-%d","task":"binary","examples":10,"window":{"loss":0.%d},
               "models":[{"name":"a","role":"champion","log_loss":0.5},
                {"name":"b","role":"challenger","log_loss":0.6,"lead":0}]}\
              """
                  .formatted(key, 10 + key)));
    }

    List<String> lines = table.lines(SIZE);

    assertThat(lines).hasSize(9); // of ten, for a row is shown with its models or not at all
    assertThat(lines.get(2)).contains("key-4");
    assertThat(lines.get(3)).isEqualTo("           a answers, log-loss 0.500; b 0.600");
    assertThat(lines.get(8)).startsWith("5 keys, the worst 3;");
  }

  @Test
  void regressionStandsBelowUnderItsOwnHeader() {
    table.accept(json("{\"key\":\"price\",\"task\":\"regression\",\"examples\":5}"));
    accept("class", 10, "0.5");

    assertThat(table.lines(SIZE))
        .extracting(line -> line.replaceAll("\\s+", " ").strip())
        .containsSubsequence("acc f1 acc f1 win acc window", "mae r2 mae r2 window mae window");
  }

  @Test
  void theScreenIsDrawnOverAndGivenBackWithTheLastState() {
    StringWriter written = new StringWriter();
    LiveScreen screen = new LiveScreen(new PrintWriter(written), table, new Terminal.Size(10, 30));
    screen.accept(record("shop-1", 100, "0.5"));

    Awaitility.await().until(() -> written.toString().contains("shop-1"));
    screen.notice("No broker answers at localhost:1; waiting for it.");
    Awaitility.await().until(() -> written.toString().contains("No broker answers at localhost"));
    screen.close();

    String all = written.toString();
    assertThat(all).startsWith("\u001b[?1049h");
    String drawn = all.substring(0, all.indexOf("\u001b[?1049l"));
    assertThat(drawn.split("\u001b\\[[0-9?]*[a-zA-Z]"))
        .allSatisfy(piece -> assertThat(piece.strip()).hasSizeLessThanOrEqualTo(30));
    assertThat(all.substring(all.indexOf("\u001b[?1049l")))
        .contains("shop-1", "1 key; 100 examples");
  }

  @Test
  void theSizeOfATerminalIsWhatSttySays() {
    assertThat(Terminal.Size.of("40 132\n")).isEqualTo(new Terminal.Size(40, 132));
    assertThat(Terminal.Size.of("0 0\n")).isEqualTo(Terminal.Size.DEFAULT);
    assertThat(Terminal.Size.of("")).isEqualTo(Terminal.Size.DEFAULT);
  }

  @Test
  void withoutATerminalLiveIsWrongUsage() {
    Cli cli = Cli.run("watch", "--bootstrap-server=127.0.0.1:1", "--live", "--json");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).startsWith("--live and --json exclude each other");
  }

  private void accept(String key, int examples, String loss) {
    table.accept(record(key, examples, loss));
  }

  private static JsonNode record(String key, int examples, String loss) {
    return json(
        "{\"key\":\"%s\",\"task\":\"binary\",\"examples\":%d,\"window\":{\"loss\":%s}}"
            .formatted(key, examples, loss));
  }

  private static JsonNode json(String text) {
    return MetricsRecords.parse(text).orElseThrow();
  }
}
