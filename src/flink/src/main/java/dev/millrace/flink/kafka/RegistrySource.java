package dev.millrace.flink.kafka;

import dev.millrace.codec.registry.RegisteredSchemas;
import dev.millrace.codec.registry.RegistryAlarm;
import dev.millrace.data.KafkaRecord;
import dev.millrace.input.RegistrySpec;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;

/**
 * A Kafka source that hands on a record of the Confluent wire format when the registry has sent its
 * schema.
 */
public final class RegistrySource extends DelegatingSource {
  private static final long serialVersionUID = 1L;

  private final RegistrySpec registry;

  public RegistrySource(
      Source<KafkaRecord, KafkaPartitionSplit, KafkaSourceEnumState> records,
      RegistrySpec registry) {
    super(records);
    this.registry = registry;
  }

  @Override
  public SourceReader<KafkaRecord, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    return new RegistrySourceReader(
        super.createReader(context),
        RegisteredSchemas.acquire(registry, RegistryAlarm.INSTANCE),
        registry.cached(),
        context.metricGroup());
  }
}
