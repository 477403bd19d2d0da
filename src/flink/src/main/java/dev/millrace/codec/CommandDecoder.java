package dev.millrace.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.codec.json.CommandJson;
import dev.millrace.codec.text.KeyReader;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.ModelCommand;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.data.RecordKind;
import dev.millrace.input.InputSpec;
import java.io.IOException;

/**
 * Decodes the key of a command, so that the command reaches the models of that key. A command to
 * erase an id needs no key; then it reaches those of all keys.
 */
public final class CommandDecoder {
  private final String pipeline;
  private final KeyReader keys;

  /**
   * @param pipeline pipeline whose commands are decoded
   */
  public CommandDecoder(String pipeline, InputSpec.Limits limits) {
    this.pipeline = pipeline;
    keys = new KeyReader(limits.keyBytes());
  }

  /**
   * Fills in a row of the kind {@link RecordKind#COMMAND}, without features and label.
   *
   * @return true for a command to this pipeline
   * @throws RejectedException if the record is not a command, or has no key
   */
  public boolean decode(KafkaRecord record, Example into) throws RejectedException {
    if (record.value() == null) {
      throw new RejectedException(DeadLetterReason.INVALID_COMMAND, "the record has no value");
    }
    ModelCommand command;
    try {
      command = CommandJson.decode(record.value());
      if (!command.pipeline().equals(pipeline)) {
        return false;
      }
    } catch (IOException e) {
      // The full message of the parser has a second line with an unnamed source.
      String why =
          e instanceof JsonProcessingException malformed
              ? malformed.getOriginalMessage()
              : e.getMessage();
      throw new RejectedException(DeadLetterReason.INVALID_COMMAND, "not a command: " + why);
    }
    into.kind = RecordKind.COMMAND;
    boolean isOfAllKeys =
        record.key() == null && command instanceof Erase erasure && erasure.id() != null;
    into.key = isOfAllKeys ? ModelCommand.ALL_KEYS : keys.read(record.key());
    into.clearId();
    into.resize(0);
    into.label = null;
    into.weight = 1f;
    into.eventTime = record.timestamp();
    into.record = record;
    return true;
  }
}
