package dev.millrace.cli.kafka;

import dev.millrace.cli.console.Plural;
import dev.millrace.config.Settings;
import dev.millrace.config.input.Start;
import dev.millrace.kafka.KafkaClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Records that a start with {@code input.start: committed} and without a snapshot skips.
 *
 * @param read number of records before the committed offsets
 * @param waiting number of records after them
 */
public record CommittedOffsets(long read, long waiting) {
  private static final Duration CALL = Duration.ofSeconds(10);

  /** Reads the offsets; empty for other starts, or if the group may not be read. */
  public static Optional<CommittedOffsets> of(Settings settings) throws InterruptedException {
    if (settings.input().start() != Start.COMMITTED) {
      return Optional.empty();
    }
    try (Admin admin = KafkaClients.admin(settings.kafka(), CALL)) {
      Map<TopicPartition, Long> committed = committed(admin, settings);
      Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
      committed.keySet().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
      Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(latest).all().get();
      long waiting =
          committed.entrySet().stream()
              .mapToLong(
                  e ->
                      Math.max(
                          0, Objects.requireNonNull(ends.get(e.getKey())).offset() - e.getValue()))
              .sum();
      long read = committed.values().stream().mapToLong(offset -> offset).sum();
      return Optional.of(new CommittedOffsets(read, waiting));
    } catch (ExecutionException e) {
      return Optional.empty(); // not allowed to describe the group
    }
  }

  private static Map<TopicPartition, Long> committed(Admin admin, Settings settings)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> committed = new HashMap<>();
    admin
        .listConsumerGroupOffsets(settings.consumerGroup())
        .partitionsToOffsetAndMetadata()
        .get()
        .forEach(
            (partition, offset) -> {
              if (offset != null && partition.topic().equals(settings.input().topic())) {
                committed.put(partition, offset.offset());
              }
            });
    return committed;
  }

  /** Describes where the job starts to read; empty for the first record. */
  public String text() {
    return read == 0
        ? ""
        : ", after %s that %s read before; %,d %s (input.start: earliest reads all)"
            .formatted(
                read == 1 ? "the record" : "the " + Plural.of(read, "record"),
                read == 1 ? "was" : "were",
                waiting,
                waiting == 1 ? "waits" : "wait");
  }
}
