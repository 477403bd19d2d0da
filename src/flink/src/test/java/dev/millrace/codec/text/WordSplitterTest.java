package dev.millrace.codec.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WordSplitterTest {
  // Letters, digits, and the marks that follow one.
  private static final Pattern WORD =
      Pattern.compile("[\\p{L}\\p{Nd}][\\p{L}\\p{Nd}\\p{Mn}\\p{Mc}]*");
  private static final int[] BLOCKS = {0x20, 0xC0, 0x370, 0x900, 0x4E00, 0x1F300, 0x10400};

  private final WordSplitter splitter = new WordSplitter();

  private List<String> split(byte[] utf8) {
    int words = splitter.split(utf8, utf8.length, 100);
    List<String> all = new ArrayList<>();
    for (int w = 0; w < words; w++) {
      int start = splitter.start(w);
      all.add(new String(splitter.bytes(), start, splitter.end(w) - start, StandardCharsets.UTF_8));
    }
    return all;
  }

  @Test
  void wordsOfAnyScriptAreThoseOfARegularExpression() {
    SplittableRandom random = new SplittableRandom(4);
    for (int text = 0; text < 2_000; text++) {
      StringBuilder characters = new StringBuilder();
      for (int i = 0; i < 30; i++) {
        characters.appendCodePoint(BLOCKS[random.nextInt(BLOCKS.length)] + random.nextInt(0x60));
      }
      List<String> expected = new ArrayList<>();
      Matcher matcher = WORD.matcher(characters);
      while (matcher.find()) {
        StringBuilder lower = new StringBuilder();
        matcher.group().codePoints().map(Character::toLowerCase).forEach(lower::appendCodePoint);
        expected.add(lower.toString());
      }

      assertThat(split(characters.toString().getBytes(StandardCharsets.UTF_8)))
          .as("text %d: %s", text, characters)
          .isEqualTo(expected);
    }
  }

  @Test
  void bytesThatAreNotUtf8PartWords() {
    assertThat(split(new byte[] {'a', (byte) 0xFF, 'b', (byte) 0xC3})).containsExactly("a", "b");
    assertThat(split(new byte[] {'a', (byte) 0xE2, (byte) 0x82, 'b'})).containsExactly("a", "b");
    SplittableRandom random = new SplittableRandom(5);
    byte[] bytes = new byte[64];
    for (int i = 0; i < 20_000; i++) {
      random.nextBytes(bytes);
      assertThat(split(bytes)).doesNotContain("");
    }
  }

  @Test
  void theRestOfALongTextIsNotRead() {
    assertThat(split("a ".repeat(200_000).getBytes(StandardCharsets.UTF_8))).hasSize(100);
  }
}
