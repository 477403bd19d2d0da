package dev.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What varies in the pipeline under test. */
record Pipeline(String guarantee, String backend, String checkpointInterval) {

  static final Pipeline EXACTLY_ONCE = new Pipeline("exactly-once", "heap", "1s");

  Pipeline on(String otherBackend) {
    return new Pipeline(guarantee, otherBackend, checkpointInterval);
  }

  /** Writes the pipeline file. */
  Path write(Path file, String bootstrapServers) throws IOException {
    // Reports after a time would come at other examples in every run. Batches of three leave
    // examples that wait in the state at the end.
    return Files.writeString(
        file,
        """
        pipeline: chaos
        kafka: { bootstrap.servers: "%s", request.timeout.ms: 10000 }
        input: { label: class, classes: [a, b, c], start: committed }
        model: { layers: [{ units: 8, activation: tanh }], batch-size: 3 }
        metrics: { every: 5, at-latest: off }
        output: { guarantee: %s }
        state: { backend: %s, checkpoint-interval: %s }
        limits: { record-bytes: 10000 }
        """
            .formatted(bootstrapServers, guarantee, backend, checkpointInterval));
  }

  static void createTopics(Path file) {
    Cli cli =
        Cli.run("topics", "create", "-c", file.toString(), "--partitions", "" + Traffic.PARTITIONS);
    assertThat(cli.exitCode()).as(cli.err()).isZero();
  }
}
