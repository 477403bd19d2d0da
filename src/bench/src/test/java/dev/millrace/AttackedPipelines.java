package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** A broker with the topics of pipelines, whose processes have little memory. */
final class AttackedPipelines implements AutoCloseable {
  private final EmbeddedKafka kafka = EmbeddedKafka.start(0, null);
  private final Path dir;

  AttackedPipelines(Path dir) {
    this.dir = dir;
  }

  String servers() {
    return kafka.bootstrapServers();
  }

  /** Writes the file of a pipeline and creates its topics. */
  Path create(String name, String options) throws IOException {
    String head =
        """
        pipeline: %s
        kafka: { bootstrap.servers: "%s" }
        state: { checkpoint-interval: 1s }
        """
            .formatted(name, servers());
    Path pipeline = Files.writeString(dir.resolve(name + ".yaml"), head + options);
    Cli create = Cli.run("topics", "create", "-c", "" + pipeline);
    assertThat(create.exitCode()).as(create.err()).isZero();
    return pipeline;
  }

  void send(Stream<ProducerRecord<byte[], byte[]>> records) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      records.forEach(producer::send);
      producer.flush();
    }
  }

  static ProducerRecord<byte[], byte[]> record(String topic, String value) {
    return new ProducerRecord<>(topic, bytes(value));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  MillraceProcess start(String command, Path pipeline, String... options) throws IOException {
    List<String> arguments =
        Stream.concat(Stream.of(command, "-c", "" + pipeline), Stream.of(options)).toList();
    return MillraceProcess.start(dir, command, Millrace.class, List.of("-Xmx700m"), arguments);
  }

  /** Runs the job until it is so far, stops it, and returns its output. */
  String run(Path pipeline, Callable<Boolean> isSoFar) throws Exception {
    try (MillraceProcess run = start("run", pipeline, "--state-dir", "" + states())) {
      Awaitility.await().atMost(Patience.MAX).until(() -> !run.isAlive() || isSoFar.call());

      assertThat(run.isAlive()).as(run.out() + run.err()).isTrue();
      run.terminate();
      run.awaitEnd();
      assertThat(run.out()).contains("Stopped with savepoint");
      return run.out();
    }
  }

  /** Returns the folder of the states of all jobs. */
  Path states() {
    return dir.resolve("states");
  }

  /** Evaluates rows, a header first, and returns the report. */
  String evaluate(Path pipeline, Stream<String> rows) throws Exception {
    Path input = dir.resolve("rows.csv");
    Files.write(input, rows.toList());
    try (MillraceProcess evaluate = start("evaluate", pipeline, "--input", "" + input)) {
      assertThat(evaluate.awaitEnd()).as(evaluate.out() + evaluate.err()).isZero();
      return evaluate.out();
    }
  }

  @Override
  public void close() {
    kafka.close();
  }
}
