package dev.millrace.cli.produce;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.csv.CsvScan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvProducerTest {
  // Port 9 discards, where anything listens at all.
  private static final String NOBODY = "127.0.0.1:9";

  @TempDir private Path dir;

  @Test
  void brokersThatAreGoneAreNamed() throws IOException {
    Path file = Files.writeString(dir.resolve("rows.csv"), "x,y\n1,a\n2,b\n");
    CsvScan scan = CsvScan.scan(file, "y", null, List.of());
    Map<String, String> kafka = Map.of("bootstrap.servers", NOBODY, "max.block.ms", "1");
    try (CsvExamples examples = new CsvExamples(scan, 0, 1);
        StopSignal stop = new StopSignal();
        Progress progress = new Progress("produce", 2);
        CsvProducer producer = new CsvProducer(kafka, "rows")) {

      assertThatThrownBy(
              () -> producer.send(examples, null, 2, Double.POSITIVE_INFINITY, stop, progress))
          .isInstanceOf(CliError.class)
          .hasMessageStartingWith(
              "Topic rows did not accept all of the 1 record sent so far: the brokers at "
                  + NOBODY
                  + " do not answer, or not in time (");
    }
  }
}
