package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Task;
import dev.millrace.nn.auto.Models;
import dev.millrace.testing.GeneratedPage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables of docs/operations.md follow from the size of the models and what was measured. */
class SizingTableTest {
  private static final Path PAGE = Path.of("docs/operations.md");
  private static final String SIZES = "|---|---|---|---|---|---|";
  private static final String SUBTASKS = "|---|---|---|---|---|";
  private static final int INPUTS = 8;
  private static final int WINDOW = 1_000;
  private static final int BYTES_OF_A_WINDOWS_EXAMPLE = 20;
  // Of the 600 that were measured the features' statistics are part of the model's.
  private static final int OTHER_BYTES = 600 - INPUTS * 3 * Double.BYTES;
  private static final int[][] HIDDEN = {{32}, {64, 32}, {256, 128}};

  /** Records of a second that one core has learned, as docs/performance.md says. */
  private enum Measured {
    NETWORK("8-32-2, sgd", 1_084_772),
    MANY_KEYS("the same with 10,000 keys", 305_099),
    FAST("`auto: fast`", 542_573),
    BALANCED("`auto: balanced`", 281_888),
    ACCURATE("`auto: accurate`", 164_036),
    FROM_DISK("8-32-2, sgd, 100,000 keys in RocksDB, few in its cache", 12_271);

    private final String name;
    private final int rate;

    Measured(String name, int rate) {
      this.name = name;
      this.rate = rate;
    }
  }

  private static Settings settings(String model) {
    return PipelineFile.parse(
        "sizes",
        """
        pipeline: sizes
        kafka: { bootstrap.servers: "localhost:1" }
        input: { label: class }
        %s
        """
            .formatted(model),
        Path.of(""));
  }

  private static String network(String optimizer, int... hidden) {
    String layers =
        IntStream.of(hidden)
            .mapToObj(units -> "{ units: " + units + " }")
            .collect(Collectors.joining(", "));
    return "model: { layers: [%s], optimizer: { name: %s } }".formatted(layers, optimizer);
  }

  private static String row(String name, String optimizer, String model) {
    long bytes =
        Models.modelBytes(settings(model).model(), Task.BINARY, INPUTS, 2)
            + WINDOW * BYTES_OF_A_WINDOWS_EXAMPLE
            + OTHER_BYTES;
    return String.format(
        Locale.ROOT,
        "| %s | %s | %,d | %s | %s | %s |\n",
        name,
        optimizer,
        bytes,
        size(1_000 * bytes),
        size(100_000 * bytes),
        size(1_000_000 * bytes));
  }

  private static String size(long bytes) {
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%,d MB", Math.round(bytes / 1e6))
        : String.format(Locale.ROOT, "%,.1f GB", bytes / 1e9);
  }

  private static String sizes() {
    StringBuilder rows = new StringBuilder();
    for (String tier : List.of("fast", "balanced", "accurate")) {
      String name = "`auto: " + tier + "`" + (tier.equals("balanced") ? ", the default" : "");
      rows.append(row(name, "its own", "auto: " + tier));
    }
    for (int[] hidden : HIDDEN) {
      String name =
          INPUTS
              + IntStream.of(hidden).mapToObj(units -> "-" + units).collect(Collectors.joining())
              + "-2";
      for (String optimizer : List.of("sgd", "adam")) {
        rows.append(row(name, optimizer, network(optimizer, hidden)));
      }
    }
    return rows.toString();
  }

  private static String subtasks() {
    StringBuilder rows = new StringBuilder();
    for (Measured measured : Measured.values()) {
      rows.append(String.format(Locale.ROOT, "| %s | %,d", measured.name, measured.rate));
      for (int wanted : new int[] {10_000, 100_000, 1_000_000}) {
        rows.append(" | ").append((int) Math.ceil(wanted * 2.0 / measured.rate));
      }
      rows.append(" |\n");
    }
    return rows.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {SIZES, SUBTASKS})
  void theTablesAreWhatTheCodeAndTheMeasurementsSay(String ruler) throws Exception {
    String rows = ruler.equals(SIZES) ? sizes() : subtasks();
    GeneratedPage.requireTable(PAGE, ruler, rows, SizingTableTest.class);
  }

  @Test
  void theRatesAreThoseThatWereMeasured() throws Exception {
    String page = Files.readString(Path.of("docs/performance.md"));
    for (Measured measured : Measured.values()) {
      assertThat(page).contains(String.format(Locale.ROOT, "%,d", measured.rate));
    }
  }
}
