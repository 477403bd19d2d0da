package dev.millrace.codec.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.CollidingTexts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextCacheTest {
  private final TextCache cache = new TextCache();

  @Test
  void givesTheSameStringForTheSameText() {
    String[] first = new String[1_000];
    for (int i = 0; i < first.length; i++) {
      first[i] = get("kéy-" + i);
      assertThat(first[i]).isEqualTo("kéy-" + i);
    }

    for (int i = 0; i < first.length; i++) {
      assertThat(get("kéy-" + i)).isSameAs(first[i]);
    }
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

  @Test
  void aFullCacheOf8MegabytesIsCleared() {
    String longText = "x".repeat(1 << 20);
    String first = get("1" + longText);
    get("2" + longText);
    get("3" + longText);
    assertThat(get("1" + longText)).isSameAs(first);

    get("4" + longText); // 2 bytes a character

    assertThat(get("1" + longText)).isEqualTo(first).isNotSameAs(first);
  }

  @Test
  void textsWithOneHashCodeAreFoundAgainAsOthersAre() {
    List<String> texts = CollidingTexts.of(16_384);
    List<String> first = texts.stream().map(this::get).toList();
    assertThat(first).isEqualTo(texts);

    long found =
        IntStream.range(0, texts.size()).filter(i -> get(texts.get(i)) == first.get(i)).count();

    // All of them, but for those that a random hash puts far from their place.
    assertThat(found).isGreaterThan(16_300);
  }

  private String get(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return cache.get(bytes, bytes.length);
  }
}
