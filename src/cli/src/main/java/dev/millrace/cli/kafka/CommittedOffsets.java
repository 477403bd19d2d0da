package dev.millrace.cli.kafka;

import dev.millrace.MillraceJob;
import dev.millrace.cli.console.Plural;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * How much of its topic a pipeline has read and committed, which a start without a snapshot leaves
 * out with {@code input.start: committed}.
 *
 * @param read records before the committed offsets
 * @param waiting records behind them
 */
public record CommittedOffsets(long read, long waiting) {
  private static final Duration CALL = Duration.ofSeconds(10);

  /** Asks the brokers; nothing if the start does not go by it, or they do not say. */
  public static Optional<CommittedOffsets> of(Settings settings) throws InterruptedException {
    if (settings.input().start() != Settings.Start.COMMITTED) {
      return Optional.empty();
    }
    try (Admin admin = KafkaClients.admin(settings.kafka(), CALL)) {
      Map<TopicPartition, Long> committed = committed(admin, settings);
      Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
      committed.keySet().forEach(partition -> ends.put(partition, OffsetSpec.latest()));
      long waiting = 0;
      for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end :
          admin.listOffsets(ends).all().get().entrySet()) {
        waiting += Math.max(0, end.getValue().offset() - committed.get(end.getKey()));
      }
      long read = committed.values().stream().mapToLong(offset -> offset).sum();
      return Optional.of(new CommittedOffsets(read, waiting));
    } catch (ExecutionException e) {
      return Optional.empty(); // a group that the pipeline may use and not look at
    }
  }

  private static Map<TopicPartition, Long> committed(Admin admin, Settings settings)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> committed = new HashMap<>();
    admin
        .listConsumerGroupOffsets(MillraceJob.consumerGroup(settings))
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

  /** Where the job begins to read, for the user; nothing if that is the first record. */
  public String text() {
    return read == 0
        ? ""
        : (", behind %s that %s read before; %,d %s" + " (input.start: earliest reads all)")
            .formatted(
                read == 1 ? "the record" : "the " + Plural.of(read, "record"),
                read == 1 ? "was" : "were",
                waiting,
                waiting == 1 ? "waits" : "wait");
  }
}
