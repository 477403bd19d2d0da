package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EpochHeaderTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 10, 4_096, 999_999_999})
  void isReadAsItWasWritten(int epoch) throws RejectedException {
    assertThat(EpochHeader.read(record("millrace.epoch", EpochHeader.encode(epoch))))
        .isEqualTo(epoch);
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "1.5", "12a", "/", ":", "1000000000", "' 7'", "''"})
  void rejectsAValueThatIsNoPass(String value) {
    assertRejected(value.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void rejectsAHeaderWithoutAValue() {
    assertRejected(null);
  }

  @Test
  void withoutTheHeaderThereIsNoEpoch() throws RejectedException {
    assertThat(EpochHeader.read(record("epoch", EpochHeader.encode(3)))).isZero();
  }

  private static void assertRejected(byte[] value) {
    assertThatThrownBy(() -> EpochHeader.read(record("millrace.epoch", value)))
        .isInstanceOfSatisfying(
            RejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(DeadLetterReason.INVALID_EPOCH));
  }

  /** The header stands behind another one. */
  private static KafkaRecord record(String name, byte[] value) {
    return new KafkaRecord(
        "t", 0, 0, 0, null, null, new String[] {"trace", name}, new byte[][] {{'5'}, value});
  }
}
