package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.KafkaRecord;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EpochHeaderTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 10, 4_096, 999_999_999})
  void isReadAsItWasWritten(int epoch) {
    assertThat(EpochHeader.read(record("millrace.epoch", EpochHeader.encode(epoch))))
        .isEqualTo(epoch);
  }

  @ParameterizedTest
  @CsvSource({"-1", "1.5", "12a", "/", ":", "1000000000", "' 7'"})
  void whatIsNoNumberSaysNoEpoch(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);

    assertThat(EpochHeader.read(record("millrace.epoch", bytes))).isZero();
  }

  @Test
  void withoutTheHeaderOrItsValueThereIsNoEpoch() {
    assertThat(EpochHeader.read(record("epoch", EpochHeader.encode(3)))).isZero();
    assertThat(EpochHeader.read(record("millrace.epoch", null))).isZero();
    assertThat(EpochHeader.read(record("millrace.epoch", new byte[0]))).isZero();
  }

  /** The header stands behind another one. */
  private static KafkaRecord record(String name, byte[] value) {
    return new KafkaRecord(
        "t", 0, 0, 0, null, null, new String[] {"trace", name}, new byte[][] {{'5'}, value});
  }
}
