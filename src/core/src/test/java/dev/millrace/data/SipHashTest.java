package dev.millrace.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.CollidingTexts;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SipHashTest {
  private final SipHash ofThisProcess = new SipHash();

  // From CPython 3.11: PYTHONHASHSEED=0 python3 -c "print(hash(b'...'))", SipHash-1-3 of key 0.
  @ParameterizedTest
  @CsvSource({
    "a, 4644417185603328019",
    "abcdefg, 7904145750247929094",
    "abcdefgh, 4574395652268504554",
    "a longer text than sixteen bytes, -7971289284812864388"
  })
  void isSipHash13(String text, long expected) {
    byte[] bytes = (text + "beyond").getBytes(StandardCharsets.US_ASCII);

    assertThat(new SipHash(0, 0).hash(bytes, text.length())).isEqualTo(expected);
  }

  @Test
  void textsWithOneHashCodeHaveHashesOfTheirOwn() {
    Set<Integer> ofBytes = new HashSet<>();
    Set<Integer> ofTexts = new HashSet<>();

    for (String text : CollidingTexts.of(16_384)) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      ofBytes.add((int) ofThisProcess.hash(bytes, bytes.length));
      ofTexts.add((int) ofThisProcess.hash(text));
    }

    // Of 32 bits, 0.03 pairs are alike by chance.
    assertThat(ofBytes).hasSizeGreaterThan(16_374);
    assertThat(ofTexts).hasSizeGreaterThan(16_374);
  }

  @Test
  void eachCharacterOfATextCounts() {
    Set<Long> hashes = new HashSet<>();
    for (String text : new String[] {"", "a", "b", "\0", "aaaaa", "aaaab", "\u0161", "\uFF41"}) {
      hashes.add(ofThisProcess.hash(text));
    }

    assertThat(hashes).hasSize(8);
    assertThat(ofThisProcess.hash("aaaaa")).isEqualTo(new SipHash().hash("aaaaa"));
  }
}
