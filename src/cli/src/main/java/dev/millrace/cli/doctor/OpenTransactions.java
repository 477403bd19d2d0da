package dev.millrace.cli.doctor;

import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Plural;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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

/**
 * Transactions of producers that have been open for so long that records of the input wait behind
 * them: a job that reads what is committed has no lag then, and learns nothing.
 */
final class OpenTransactions {
  private final Admin admin;
  private final String servers;
  private final Duration tolerance;

  /**
   * @param tolerance how long a transaction may be open
   */
  OpenTransactions(Admin admin, String servers, Duration tolerance) {
    this.admin = admin;
    this.servers = servers;
    this.tolerance = tolerance;
  }

  /**
   * One finding for each partition that is held back.
   *
   * @return nothing if the brokers may not or cannot tell
   * @throws ExecutionException if a broker does not answer
   */
  List<Finding> of(Set<TopicPartition> partitions) throws ExecutionException, InterruptedException {
    try {
      List<Finding> findings = new ArrayList<>();
      Map<TopicPartition, ListOffsetsResultInfo> ends =
          TopicChecks.offsets(
              admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
      Map<TopicPartition, ListOffsetsResultInfo> readable =
          TopicChecks.offsets(
              admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
      for (TopicPartition partition : partitions) {
        long held = ends.get(partition).offset() - readable.get(partition).offset();
        ProducerState first = held > 0 ? first(partition) : null;
        String owner = first == null ? null : owner(first.producerId());
        if (owner != null) {
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

  /** The producer whose transaction begins first on a partition, or null if none is open now. */
  private ProducerState first(TopicPartition partition)
      throws ExecutionException, InterruptedException {
    return admin
        .describeProducers(Set.of(partition))
        .partitionResult(partition)
        .get()
        .activeProducers()
        .stream()
        .filter(producer -> producer.currentTransactionStartOffset().isPresent())
        .min(Comparator.comparingLong(p -> p.currentTransactionStartOffset().getAsLong()))
        .orElse(null);
  }

  /** Whose transaction a producer has open and since when, or null if that is not long enough. */
  private String owner(long producer) throws ExecutionException, InterruptedException {
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
    return "producer " + producer + ", which its coordinator does not know of";
  }

  private Finding finding(TopicPartition partition, long held, ProducerState first, String owner) {
    return Finding.warning(
        "input",
        "a transaction (%s) holds back %s of %s, partition %d"
            .formatted(owner, Plural.of(held, "offset"), partition.topic(), partition.partition()),
        "End its producer, or: kafka-transactions.sh --bootstrap-server %s abort --topic %s --partition %d --start-offset %d"
            .formatted(
                servers,
                partition.topic(),
                partition.partition(),
                first.currentTransactionStartOffset().getAsLong()));
  }
}
