package dev.millrace.cli.models;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.Producers;
import dev.millrace.cli.kafka.RequiredPipeline;
import dev.millrace.codec.json.CommandJson;
import dev.millrace.config.Settings;
import dev.millrace.data.ModelCommand;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Sends commands to the models of a running job. */
final class CommandSender {
  private CommandSender() {}

  /**
   * Checks that a model can have a key.
   *
   * @throws CliError if none can
   */
  static void requireKey(String key, Settings settings) {
    int maxBytes = settings.input().spec().limits().keyBytes();
    int bytes = key.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > maxBytes) {
      throw CliError.usage(
          "--key has %,d bytes; a model key has 1 to %,d (limits.key-bytes)"
              .formatted(bytes, maxBytes));
    }
  }

  /**
   * Sends a command to the models of a key, and waits until the brokers have it.
   *
   * @param key null for all keys
   * @throws CliError if they do not accept it
   */
  static void send(RequiredPipeline kafka, String topic, @Nullable String key, ModelCommand command)
      throws InterruptedException {
    byte[] value = CommandJson.encode(command);
    try (KafkaProducer<byte[], byte[]> producer = Producers.create(kafka.kafka())) {
      byte[] recordKey = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(topic, recordKey, value)).get();
    } catch (ExecutionException e) {
      throw BrokerCheck.failure("Topic " + topic + " did not accept the command", e.getCause());
    } catch (KafkaException e) {
      throw BrokerCheck.failure("Topic " + topic + " did not accept the command", e);
    }
  }
}
