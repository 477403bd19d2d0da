package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.testing.CommittedRecords;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A broker with the topics of pipelines, whose processes have little memory. */
abstract class AttackedPipelines {
  @TempDir Path dir;
  private EmbeddedKafka kafka;

  @BeforeEach
  void startBroker() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterEach
  void stopBroker() {
    kafka.close();
  }

  /** Writes the file of a pipeline and creates its topics. */
  Path create(String name, String options) throws IOException {
    String head =
        """
        pipeline: %s
        kafka: { bootstrap.servers: "%s" }
        state: { checkpoint-interval: 1s }
        """
            .formatted(name, kafka.bootstrapServers());
    Path pipeline = Files.writeString(dir.resolve(name + ".yaml"), head + options);
    Cli create = Cli.run("topics", "create", "-c", "" + pipeline);
    assertThat(create.exitCode()).as(create.err()).isZero();
    return pipeline;
  }

  void send(Stream<ProducerRecord<byte[], byte[]>> records) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
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

  /** Runs the job until it is so far, stops it, and returns its savepoint. */
  Path run(Path pipeline, Callable<Boolean> isSoFar) throws Exception {
    try (MillraceProcess run = start("run", pipeline, "--state-dir", "" + dir.resolve("states"))) {
      Awaitility.await().atMost(Patience.MAX).until(() -> !run.isAlive() || isSoFar.call());

      assertThat(run.isAlive()).as(run.out() + run.err()).isTrue();
      run.terminate();
      run.awaitEnd();
      return Path.of(run.find("Stopped with savepoint ([^;\\s]+)"));
    }
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

  /** Returns the number of examples that a job has reported. */
  int examples(String pipeline) throws IOException {
    return CommittedRecords.examples(kafka.bootstrapServers(), pipeline);
  }

  List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    return CommittedRecords.read(kafka.bootstrapServers(), topic);
  }
}
