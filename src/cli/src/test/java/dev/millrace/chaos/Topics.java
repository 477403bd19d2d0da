package dev.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.config.Settings;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/** The topics of a pipeline, and how far its job has read. */
final class Topics {
  private Topics() {}

  /** Creates the topics of a pipeline file. */
  static void create(Path file) {
    Cli cli =
        Cli.run("topics", "create", "-c", file.toString(), "--partitions", "" + Input.PARTITIONS);
    assertThat(cli.exitCode()).as(cli.err()).isZero();
  }

  /** Records that a pipeline's job has read before its last checkpoint. */
  static long consumed(Admin admin, Settings settings) throws Exception {
    return admin
        .listConsumerGroupOffsets("millrace-" + settings.pipeline())
        .partitionsToOffsetAndMetadata()
        .get(20, TimeUnit.SECONDS)
        .entrySet()
        .stream()
        .filter(entry -> entry.getKey().topic().equals(settings.input().topic()))
        .mapToLong(entry -> entry.getValue().offset())
        .sum();
  }
}
