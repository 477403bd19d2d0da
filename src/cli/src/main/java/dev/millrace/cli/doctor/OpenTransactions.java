package dev.millrace.cli.doctor;

import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Plural;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/**
 * Finds long-open transactions of producers that hold back input records. A job that reads
 * committed records then has no lag, and learns nothing.
 */
final class OpenTransactions {
  private final Admin admin;
  private final String servers;
  private final Duration tolerance;

  /**
   * @param tolerance max duration of a transaction
   */
  OpenTransactions(Admin admin, String servers, Duration tolerance) {
    this.admin = admin;
    this.servers = servers;
    this.tolerance = tolerance;
  }

  /**
   * Returns a finding for each partition that is held back.
   *
   * @return empty if the brokers do not allow or support the requests
   * @throws ExecutionException if a broker does not answer
   */
  List<Finding> of(Set<TopicPartition> partitions) throws ExecutionException, InterruptedException {
    try {
      List<Finding> findings = new ArrayList<>();
      Map<TopicPartition, ListOffsetsResultInfo> ends =
          TopicOffsets.of(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
      Map<TopicPartition, ListOffsetsResultInfo> readable =
          TopicOffsets.of(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
      for (TopicPartition partition : partitions) {
        long held =
            Objects.requireNonNull(ends.get(partition)).offset()
                - Objects.requireNonNull(readable.get(partition)).offset();
        ProducerState first = held > 0 ? first(partition).orElse(null) : null;
        String owner = first == null ? null : owner(first.producerId());
        if (first != null && owner != null) {
          findings.add(finding(partition, held, first, owner));
        }
      }
      return findings;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException
          || e.getCause() instanceof UnsupportedVersionException) {
        return List.of();
      }
      throw e;
    }
  }

  /** Returns the producer of the first open transaction of a partition. */
  private Optional<ProducerState> first(TopicPartition partition)
      throws ExecutionException, InterruptedException {
    return admin
        .describeProducers(Set.of(partition))
        .partitionResult(partition)
        .get()
        .activeProducers()
        .stream()
        .filter(producer -> producer.currentTransactionStartOffset().isPresent())
        .min(Comparator.comparingLong(p -> p.currentTransactionStartOffset().getAsLong()));
  }

  /** Describes the owner of a transaction; null if it is not open for long. */
  private @Nullable String owner(long producer) throws ExecutionException, InterruptedException {
    ListTransactionsOptions its = new ListTransactionsOptions().filterProducerIds(Set.of(producer));
    for (TransactionListing listing : admin.listTransactions(its).all().get()) {
      String id = listing.transactionalId();
      OptionalLong start =
          admin.describeTransactions(Set.of(id)).description(id).get().transactionStartTimeMs();
      if (start.isPresent()) {
        Instant since = Instant.ofEpochMilli(start.getAsLong());
        boolean old = Duration.between(since, Instant.now()).compareTo(tolerance) >= 0;
        return old ? "transactional.id " + id + ", open since " + since : null;
      }
    }
    return "producer " + producer + ", unknown to its coordinator";
  }

  private Finding finding(TopicPartition partition, long held, ProducerState first, String owner) {
    return Finding.warning(
        "input",
        "a transaction (%s) holds back %s of %s, partition %d"
            .formatted(owner, Plural.of(held, "offset"), partition.topic(), partition.partition()),
        "Stop its producer, or: kafka-transactions.sh --bootstrap-server %s abort --topic %s --partition %d --start-offset %d"
            .formatted(
                servers,
                partition.topic(),
                partition.partition(),
                first.currentTransactionStartOffset().getAsLong()));
  }
}
