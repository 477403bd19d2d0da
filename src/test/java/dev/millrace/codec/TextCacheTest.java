package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TextCacheTest {
  private final TextCache cache = new TextCache();

  @Test
  void givesTheSameStringForTheSameText() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(get("kéy-" + i)).isEqualTo("kéy-" + i);
    }

    assertThat(get("kéy-7")).isSameAs(get("kéy-7"));
  }

  @Test
  void looksAtTheFirstBytesAlone() {
    byte[] bytes = "key-longer".getBytes(StandardCharsets.UTF_8);

    assertThat(cache.get(bytes, 3)).isEqualTo("key");
    assertThat(cache.get(bytes, bytes.length)).isEqualTo("key-longer");
  }

  @Test
  void keepsNoTextThatIsNotUtf8() {
    byte[] bytes = {(byte) 0xC3, 0x28};

    assertThat(cache.get(bytes, 2)).isNull();
    assertThat(cache.get(bytes, 2)).isNull();
  }

  @Test
  void goesOnWhenItHasForgottenAll() {
    String longText = "x".repeat(100_000);

    for (int i = 0; i < 200; i++) {
      assertThat(get(i + longText)).isEqualTo(i + longText);
    }
  }

  private String get(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return cache.get(bytes, bytes.length);
  }
}
