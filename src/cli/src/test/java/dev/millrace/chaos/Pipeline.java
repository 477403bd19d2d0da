package dev.millrace.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What varies in the pipeline under test.
 *
 * @param ttl after which idle keys are forgotten, or {@code off}
 * @param transactionMillis how long a transaction may take
 */
record Pipeline(
    String name,
    String guarantee,
    String backend,
    String checkpointInterval,
    String ttl,
    int transactionMillis) {

  static final Pipeline EXACTLY_ONCE =
      new Pipeline("chaos", "exactly-once", "heap", "1s", "off", 14 * 60 * 1_000);

  static final Pipeline AT_LEAST_ONCE =
      new Pipeline("chaos", "at-least-once", "heap", "3s", "off", 14 * 60 * 1_000);

  Pipeline named(String other) {
    return new Pipeline(other, guarantee, backend, checkpointInterval, ttl, transactionMillis);
  }

  Pipeline on(String otherBackend) {
    return new Pipeline(name, guarantee, otherBackend, checkpointInterval, ttl, transactionMillis);
  }

  Pipeline forgettingAfter(String time) {
    return new Pipeline(name, guarantee, backend, checkpointInterval, time, transactionMillis);
  }

  Pipeline withTransactionsOf(int millis) {
    return new Pipeline(name, guarantee, backend, checkpointInterval, ttl, millis);
  }

  /**
   * Writes the pipeline file.
   *
   * @param topics beginning of the names of its topics, which no other run has
   */
  Path write(Path file, String bootstrapServers, String topics) throws IOException {
    // Reports after a time would come at other examples in every run. Batches of three leave
    // examples that wait in the state at the end.
    return Files.writeString(
        file,
        """
        pipeline: %1$s
        kafka:
          bootstrap.servers: "%2$s"
          request.timeout.ms: 10000
          transaction.timeout.ms: %3$d
        input: { topic: %8$s.examples, label: class, classes: [a, b, c], start: committed }
        model: { layers: [{ units: 8, activation: tanh }], batch-size: 3 }
        metrics: { every: 5, max-interval: off }
        output:
          guarantee: %4$s
          topics:
            metrics: %8$s.metrics
            predictions: %8$s.predictions
            events: %8$s.events
            dead-letters: %8$s.dlq
            models: %8$s.models
        state: { backend: %5$s, checkpoint-interval: %6$s, ttl: %7$s }
        limits: { record-bytes: 10000 }
        """
            .formatted(
                name,
                bootstrapServers,
                transactionMillis,
                guarantee,
                backend,
                checkpointInterval,
                ttl,
                topics));
  }
}
