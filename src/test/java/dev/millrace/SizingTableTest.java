package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/** The table of docs/operations.md follows from the size of the networks. */
class SizingTableTest {
  private static final Path PAGE = Path.of("docs/operations.md");
  private static final int INPUTS = 8;
  private static final int WINDOW = 1_000;
  private static final int BYTES_OF_A_WINDOWS_EXAMPLE = 20;
  private static final int OTHER_BYTES = 600;
  private static final int[][] HIDDEN = {{32}, {64, 32}, {256, 128}};

  private static long bytes(String optimizer, int... hidden) {
    StringBuilder layers = new StringBuilder();
    for (int units : hidden) {
      layers.append(layers.isEmpty() ? "" : ", ").append("{ units: ").append(units).append(" }");
    }
    Settings settings =
        PipelineFile.parse(
            "sizes",
            """
            pipeline: sizes
            kafka: { bootstrap.servers: "localhost:1" }
            input: { label: class }
            model: { layers: [%s], optimizer: { name: %s } }
            """
                .formatted(layers, optimizer),
            Path.of(""));
    return settings.model().forTask(Task.BINARY).modelBytes(Task.BINARY, INPUTS, 2)
        + WINDOW * BYTES_OF_A_WINDOWS_EXAMPLE
        + OTHER_BYTES;
  }

  private static String row(int[] hidden, String optimizer) {
    StringBuilder network = new StringBuilder().append(INPUTS);
    for (int units : hidden) {
      network.append('-').append(units);
    }
    long bytes = bytes(optimizer, hidden);
    return String.format(
        Locale.ROOT,
        "| %s-2 | %s | %,d | %s | %s | %s |\n",
        network,
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

  @Test
  void theTableIsWhatNetworksTake() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int[] hidden : HIDDEN) {
      rows.append(row(hidden, "sgd")).append(row(hidden, "adam"));
    }
    if (Boolean.getBoolean("millrace.docs.write")) {
      String page = Files.readString(PAGE);
      Files.writeString(
          PAGE,
          page.replaceFirst(
              "(?s)(\\|---\\|---\\|---\\|---\\|---\\|---\\|\n).*?\n\n",
              "$1" + Matcher.quoteReplacement(rows.toString()) + "\n"));
    }

    assertThat(PAGE)
        .as("write it anew: mvn test -Dtest=SizingTableTest -Dmillrace.docs.write=true")
        .content()
        .contains(rows);
  }
}
