package dev.millrace.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.data.Example;
import dev.millrace.testing.Patience;
import dev.millrace.testing.Records;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the example producers send is what the decoder reads. */
class ProducerExamplesTest {
  private static final Path PYTHON_PRODUCER = Path.of("examples", "python", "produce.py");

  @Test
  void thePythonProducerNamesTheFingerprintOfTheSchema() throws IOException {
    byte[] fingerprint =
        Arrays.copyOfRange(
            ExampleSchema.header(ExampleSchema.SCHEMA), 2, ExampleSchema.HEADER_LENGTH);

    assertThat(Files.readString(PYTHON_PRODUCER))
        .contains("bytes.fromhex(\"" + HexFormat.of().formatHex(fingerprint) + "\")");
  }

  @Test
  void thePythonProducersBytesAreAnExample(@TempDir Path dir)
      throws IOException, InterruptedException {
    Path python = Path.of("/usr/bin/python3");
    assumeThat(Files.isExecutable(python)).as("there is no %s", python).isTrue();
    // The client library is not needed to encode.
    String script =
        """
        import sys, types
        sys.modules["confluent_kafka"] = types.SimpleNamespace(Producer=None)
        sys.path.insert(0, sys.argv[1])
        import produce
        print(produce.example("row-0", "shop-1", 1700000000000, "fraud", [1.5, -2.0]).hex())
        """;
    Path file = Files.writeString(dir.resolve("encode.py"), script);
    Process process =
        new ProcessBuilder(
                python.toString(), "-B", file.toString(), PYTHON_PRODUCER.getParent().toString())
            .start();
    String hex = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(process.waitFor(Patience.MAX.toMinutes(), TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();

    Example example = new Example();
    byte[] value = HexFormat.of().parseHex(hex);
    assertThat(
            new ExampleDecoder(Records.undeclared())
                .decode(Records.record("shop-1", value, 0), example))
        .isNull();
    assertThat(example.label).isEqualTo("fraud");
    assertThat(example.eventTime).isEqualTo(1_700_000_000_000L);
    assertThat(Arrays.copyOf(example.features, example.width)).containsExactly(1.5f, -2f);
  }
}
