package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.codec.json.CommandJson;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.ModelCommand;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.data.ModelCommand.Promote;
import dev.millrace.data.RecordKind;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.Records;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandDecoderTest {
  private final CommandDecoder decoder =
      new CommandDecoder("fraud", new InputSpec.Limits(1_000, 10, 2, 2));
  private final Example example = new Example();

  @Test
  void aCommandIsARowOfItsKeyWithoutFeaturesOrLabel() throws Exception {
    byte[] value = CommandJson.encode(new Promote("fraud", "big"));
    example.setId(new byte[] {'e'}, 1); // of the row before
    example.resize(3);

    assertThat(new String(value, StandardCharsets.UTF_8))
        .isEqualTo("{\"command\":\"promote\",\"pipeline\":\"fraud\",\"model\":\"big\"}");
    assertThat(decoder.decode(Records.record("shop", value, 3), example)).isTrue();
    assertThat(example.kind).isEqualTo(RecordKind.COMMAND);
    assertThat(example.key).isEqualTo("shop");
    assertThat(example.hasId()).isFalse();
    assertThat(example.width).isZero();
    assertThat(CommandJson.decode(example.record.value())).isEqualTo(new Promote("fraud", "big"));
  }

  @Test
  void aKeyIsErasedByNameAndAnIdByItsHash() throws Exception {
    Erase key = new Erase("fraud", null);
    Erase id = new Erase("fraud", new Erase.Id("user", -2));

    assertThat(text(key)).isEqualTo("{\"command\":\"erase\",\"pipeline\":\"fraud\"}");
    assertThat(text(id))
        .isEqualTo(
            "{\"command\":\"erase\",\"pipeline\":\"fraud\",\"column\":\"user\","
                + "\"id\":\"fffffffffffffffe\"}");
    for (Erase command : new Erase[] {key, id}) {
      KafkaRecord record = Records.record("shop", CommandJson.encode(command), 3);
      assertThat(decoder.decode(record, example)).isTrue();
      assertThat(CommandJson.decode(example.record.value())).isEqualTo(command);
    }
  }

  @Test
  void anIdWithoutAKeyIsErasedFromAllKeys() throws Exception {
    byte[] value = CommandJson.encode(new Erase("fraud", new Erase.Id("user", 7)));

    assertThat(decoder.decode(Records.record(null, value, 3), example)).isTrue();
    assertThat(example.key).isEqualTo(ModelCommand.ALL_KEYS);
    byte[] wholeKey = CommandJson.encode(new Erase("fraud", null));
    assertThat(
            catchThrowableOfType(
                    RejectedException.class,
                    () -> decoder.decode(Records.record(null, wholeKey, 3), example))
                .reason())
        .isEqualTo(DeadLetterReason.MISSING_KEY);
  }

  private static String text(Erase command) {
    return new String(CommandJson.encode(command), StandardCharsets.UTF_8);
  }

  @Test
  void commandsOfOtherPipelinesAreIgnored() throws Exception {
    byte[] value = CommandJson.encode(new Promote("other", "big"));

    assertThat(decoder.decode(Records.record("shop", value, 3), example)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "promote | not a command: Unrecognized token",
        "[] | not a command: not a JSON object",
        "{\"command\":\"demote\"} | not a command: command must be promote or erase, but was"
            + " demote",
        "{\"command\":\"promote\",\"pipeline\":\"fraud\"} | not a command: promote needs"
            + " pipeline and model",
        "{\"command\":\"promote\",\"model\":7} | not a command: field model is not a text",
        "{\"command\":\"erase\"} | not a command: erase needs pipeline",
        "{\"command\":\"erase\",\"pipeline\":\"fraud\",\"column\":\"user\"} | not a command: erase"
            + " needs both column and id, or neither to erase the key",
        "{\"command\":\"erase\",\"pipeline\":\"fraud\",\"column\":\"user\",\"id\":\"u1\"} | not a"
            + " command: id must be the hash of one, in 16 hexadecimal digits",
        "{\"command\":\"promote\",\"mdoel\":\"x\"} | not a command: unknown field mdoel",
      })
  void rejectsInvalidCommands(String value, String message) {
    KafkaRecord record = Records.record("shop", value.getBytes(StandardCharsets.UTF_8), 3);

    RejectedException rejection =
        catchThrowableOfType(RejectedException.class, () -> decoder.decode(record, example));

    assertThat(rejection.reason()).isEqualTo(DeadLetterReason.INVALID_COMMAND);
    assertThat(rejection).hasMessageStartingWith(message);
    assertThat(rejection.getMessage()).hasLineCount(1);
  }

  @Test
  void aCommandNeedsAKey() {
    byte[] value = CommandJson.encode(new Promote("fraud", "big"));

    assertThat(
            catchThrowableOfType(
                    RejectedException.class,
                    () -> decoder.decode(Records.record(null, value, 3), example))
                .reason())
        .isEqualTo(DeadLetterReason.MISSING_KEY);
  }
}
