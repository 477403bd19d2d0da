package dev.millrace;

import dev.millrace.codec.OutputRecord;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Secret;
import dev.millrace.flink.kafka.KafkaIo;
import dev.millrace.flink.kafka.LeasedSource;
import dev.millrace.flink.kafka.RegistrySource;
import dev.millrace.input.RegistrySpec;
import dev.millrace.kafka.Lease;
import dev.millrace.kafka.TopicLimits;
import dev.millrace.kafka.TransactionTimeout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's own topics as the sources and sinks of its job.
 *
 * @param limits what the brokers take on the topics that the job writes
 * @param lease that the job needs to run the pipeline
 */
record PipelineTopics(Settings settings, TopicLimits limits, Lease lease) {
  // A report or a dead letter without its optional parts.
  private static final int MIN_RECORD = 64 << 10;

  /**
   * Checks that the brokers accept the records and transactions of the job.
   *
   * @param lease that the job needs to run the pipeline
   * @throws InvalidPipelineException if they do not allow transactions as long as the pipeline's,
   *     an output topic takes tiny records only, or a secret of the registry is in a variable that
   *     is not set
   */
  static PipelineTopics of(Settings settings, Lease lease) throws InterruptedException {
    requireSecrets(settings.input().spec().registry());
    if (settings.output().guarantee() == Settings.Guarantee.EXACTLY_ONCE) {
      requireTransactions(settings.kafka());
    }
    return new PipelineTopics(settings, requireLimits(settings), lease);
  }

  // The job would wait for the registry for ever: unlike a file, a variable does not come later.
  private static void requireSecrets(@Nullable RegistrySpec registry) {
    List<Secret> secrets = registry == null ? List.of() : registry.secrets();
    for (Secret secret : secrets) {
      if (secret.isUnsetVariable()) {
        throw new InvalidPipelineException(
            "input.registry names "
                + secret.placeholder()
                + ", but this environment variable is not set. Set it where the job runs.");
      }
    }
  }

  private static void requireTransactions(Map<String, String> kafka) throws InterruptedException {
    Optional<Long> limit = TransactionTimeout.lowerLimit(kafka);
    if (limit.isPresent()) {
      throw new InvalidPipelineException(
          "kafka.transaction.timeout.ms is "
              + TransactionTimeout.millis(kafka)
              + ", but the brokers at "
              + kafka.get("bootstrap.servers")
              + " end transactions after "
              + limit.get()
              + " ms (transaction.max.timeout.ms). Set it to at most that, above"
              + " state.checkpoint-interval, or raise the brokers' limit.");
    }
  }

  private static TopicLimits requireLimits(Settings settings) throws InterruptedException {
    List<String> written = new ArrayList<>(settings.output().topics());
    written.remove(settings.output().commands());
    int wanted = settings.input().spec().limits().outputBytes();
    TopicLimits limits = TopicLimits.of(settings.kafka(), written, wanted);
    if (limits.recordBytes() < MIN_RECORD) {
      throw new InvalidPipelineException(
          "One of the topics %s accepts records of max %d bytes, but the job may write %d. Increase its"
                  .formatted(String.join(", ", written), limits.recordBytes(), MIN_RECORD)
              + " max.message.bytes, or kafka.max.request.size and kafka.buffer.memory if they are"
              + " less.");
    }
    return limits;
  }

  /**
   * Returns the labelled records, and the labels that come later.
   *
   * @param bounded true to stop at the current end of the topics
   */
  Source<KafkaRecord, ?, ?> examples(boolean bounded) throws InterruptedException {
    Source<KafkaRecord, KafkaPartitionSplit, KafkaSourceEnumState> records =
        KafkaIo.source(
            settings.kafka(),
            settings.input().topics(),
            settings.consumerGroup(),
            startingOffsets(),
            bounded);
    RegistrySpec registry = settings.input().spec().registry();
    return new LeasedSource(
        registry == null ? records : new RegistrySource(records, registry), lease);
  }

  private OffsetsInitializer startingOffsets() throws InterruptedException {
    return switch (settings.input().start()) {
      case EARLIEST -> OffsetsInitializer.earliest();
      case LATEST -> KafkaIo.latest(settings.kafka(), settings.input().topics());
      case COMMITTED -> KafkaIo.committedOrEarliest();
    };
  }

  /** Returns the commands written since the first start of the job; null if it reads none. */
  @Nullable Source<KafkaRecord, ?, ?> commands(boolean bounded) throws InterruptedException {
    String topic = settings.output().commands();
    if (topic == null) {
      return null;
    }
    List<String> topics = List.of(topic);
    return KafkaIo.source(
        settings.kafka(),
        topics,
        settings.commandsGroup(),
        KafkaIo.committedOrLatest(settings.kafka(), topics),
        bounded);
  }

  /** Returns the sink of a topic that the pipeline may write. */
  Sink<OutputRecord> sink(String topic) {
    // Before its first record a transactional sink asks for the topic, which may not exist if the
    // pipeline never writes to it.
    boolean isTransactional =
        settings.output().guarantee() == Settings.Guarantee.EXACTLY_ONCE
            && settings.output().topics().contains(topic);
    return KafkaIo.sink(
        settings.kafka(),
        topic,
        isTransactional ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE,
        settings.consumerGroup() + "/" + topic,
        settings.input().spec().limits().outputBytes(),
        limits.ageMillis(),
        lease);
  }
}
