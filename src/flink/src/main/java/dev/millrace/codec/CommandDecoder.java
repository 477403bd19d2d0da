package dev.millrace.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.codec.json.CommandJson;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.InputSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RecordKind;
import java.io.IOException;

/** Finds out which key a command is for; what it says is read where the key's models are. */
public final class CommandDecoder {
  private final String pipeline;
  private final KeyReader keys;

  /**
   * @param pipeline whose commands are looked for
   */
  public CommandDecoder(String pipeline, InputSpec.Limits limits) {
    this.pipeline = pipeline;
    keys = new KeyReader(limits.keyBytes());
  }

  /**
   * Fills in a row of the kind {@link RecordKind#COMMAND}, without features and label.
   *
   * @return whether it is a command to this pipeline
   * @throws RefusedException if it is no command, or has no key
   */
  public boolean decode(KafkaRecord record, Example into) throws RefusedException {
    if (record.value() == null) {
      throw new RefusedException(DeadLetterReason.TOMBSTONE, "the value is null");
    }
    try {
      if (!CommandJson.decode(record.value()).pipeline().equals(pipeline)) {
        return false;
      }
    } catch (IOException e) {
      // The parser's own message ends with a second line, about where in a source it does not name.
      String why =
          e instanceof JsonProcessingException malformed
              ? malformed.getOriginalMessage()
              : e.getMessage();
      throw new RefusedException(DeadLetterReason.INVALID_COMMAND, "it is no command: " + why);
    }
    into.kind = RecordKind.COMMAND;
    into.key = keys.read(record.key());
    into.clearId();
    into.resize(0);
    into.label = null;
    into.weight = 1f;
    into.eventTime = record.timestamp();
    into.record = record;
    return true;
  }
}
