package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutputRecordTest {
  private static final byte[] KEY = bytes("k");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void printsItsPartsAsTexts() {
    OutputRecord record =
        new OutputRecord(
            5, KEY, bytes("{\"a\":1}"), new String[] {"reason"}, new byte[][] {bytes("odd")});

    assertThat(record)
        .hasToString("OutputRecord[timestamp=5, key=k, value={\"a\":1}, headers={reason=odd}]");
  }

  @Test
  void printsTheSizeOfABinaryValue() {
    assertThat(OutputRecord.of(5, KEY, new byte[] {1, 2}).toString()).contains("value=2 bytes");
    assertThat(OutputRecord.of(5, KEY, null).toString()).contains("value=null");
  }
}
