package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import dev.millrace.testing.Records;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DeadLetterEncoderTest {
  @Test
  void keepsTheRecordAndAddsTheReasonBehindItsHeaders() {
    KafkaRecord record = Records.record("k", new byte[] {9, 8}, 41);

    OutputRecord out =
        DeadLetterEncoder.encode(
            new DeadLetter(record, DeadLetterReason.EMPTY_VALUE, "why", "java.io.EOFException"),
            "shops",
            1 << 20);

    assertThat(out.key()).isSameAs(record.key());
    assertThat(out.value()).isSameAs(record.value());
    assertThat(out.timestamp()).isEqualTo(record.timestamp());
    assertThat(out.headerNames())
        .containsExactly(
            "trace",
            "trace",
            "__millrace.errors.reason",
            "__millrace.errors.message",
            "__millrace.errors.pipeline",
            "__millrace.errors.topic",
            "__millrace.errors.partition",
            "__millrace.errors.offset",
            "__millrace.errors.exception.class.name");
    assertThat(out.headerValues()[0]).containsExactly(1, 2, 3);
    assertThat(out.headerValues()[1]).isNull();
    assertThat(text(out, 2)).isEqualTo("empty-value");
    assertThat(text(out, 3)).isEqualTo("why");
    assertThat(text(out, 4)).isEqualTo("shops");
    assertThat(text(out, 5)).isEqualTo(Records.TOPIC);
    assertThat(text(out, 6)).isEqualTo("0");
    assertThat(text(out, 7)).isEqualTo("41");
    assertThat(text(out, 8)).isEqualTo("java.io.EOFException");
  }

  @Test
  void headersCountAmongTheBytesOfARecordACharacterOfANameAsThree() {
    int plain =
        leastThatKeeps(new KafkaRecord("t", 0, 1, 2, null, new byte[900], names(), values()));
    int headed =
        leastThatKeeps(
            new KafkaRecord(
                "t",
                0,
                1,
                2,
                null,
                new byte[900],
                names("four", "n"),
                values(new byte[100], null)));

    assertThat(headed).isEqualTo(plain + 3 * 5 + 100 + 2 * 10);
  }

  /** The smallest limit of the topic under which the value stays. */
  private static int leastThatKeeps(KafkaRecord record) {
    DeadLetter letter = new DeadLetter(record, DeadLetterReason.EMPTY_VALUE, "why", null);
    int most = 900;
    while (DeadLetterEncoder.encode(letter, "p", most).value() == null) {
      most++;
    }
    return most;
  }

  private static String[] names(String... names) {
    return names;
  }

  private static byte[][] values(byte[]... values) {
    return values;
  }

  @Test
  void aRecordThatTheTopicWouldNotTakeGoesWithoutItsValueAndSaysSo() {
    KafkaRecord record = Records.record("k", new byte[20_000], 41);

    OutputRecord out =
        DeadLetterEncoder.encode(
            new DeadLetter(record, DeadLetterReason.RECORD_TOO_LARGE, "x".repeat(9_000), null),
            "shops",
            20_000);

    assertThat(out.value()).isNull();
    assertThat(out.headerNames()).endsWith("__millrace.errors.value.bytes");
    assertThat(text(out, out.headerNames().length - 1)).isEqualTo("20000");
    assertThat(text(out, 3)).hasSizeLessThan(600);
  }

  @Test
  void headersTooLargeForTheTopicAreLeftOut() {
    KafkaRecord record =
        new KafkaRecord(
            "t", 0, 1, 2, new byte[5], new byte[7], names("n"), values(new byte[20_000]));

    OutputRecord out =
        DeadLetterEncoder.encode(
            new DeadLetter(record, DeadLetterReason.EMPTY_VALUE, "why", null), "shops", 20_000);

    assertThat(out.key()).isSameAs(record.key());
    assertThat(out.value()).isNull();
    assertThat(out.headerNames())
        .startsWith("__millrace.errors.reason")
        .endsWith("__millrace.errors.value.bytes", "__millrace.errors.headers.bytes");
    assertThat(text(out, out.headerNames().length - 1)).isEqualTo("20013");
  }

  @Test
  void aKeyTooLargeForTheTopicIsLeftOut() {
    KafkaRecord record =
        new KafkaRecord(
            "t", 0, 1, 2, new byte[20_000], new byte[7], names("n"), values(new byte[1]));

    OutputRecord out =
        DeadLetterEncoder.encode(
            new DeadLetter(record, DeadLetterReason.INVALID_KEY, "why", null), "shops", 20_000);

    assertThat(out.key()).isNull();
    assertThat(out.value()).isNull();
    assertThat(out.headerNames())
        .doesNotContain("n")
        .endsWith(
            "__millrace.errors.value.bytes",
            "__millrace.errors.headers.bytes",
            "__millrace.errors.key.bytes");
    assertThat(text(out, out.headerNames().length - 1)).isEqualTo("20000");
  }

  private static String text(OutputRecord record, int header) {
    return new String(record.headerValues()[header], StandardCharsets.UTF_8);
  }
}
