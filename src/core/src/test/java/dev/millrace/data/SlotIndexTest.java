package dev.millrace.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SlotIndexTest {
  private static final int SLOTS = 65_536;

  /** Counts the hashes that searches compare. */
  private static final class Counting extends SlotIndex {
    final long[] hashes;
    long compared;

    Counting(long[] hashes) {
      this.hashes = hashes;
    }

    @Override
    protected long hash(int slot) {
      compared++;
      return hashes[slot];
    }
  }

  /**
   * Hashes that would crowd a few places of a table which places them without a secret: by the
   * upper bits of a product with the golden ratio, by the halves combined, or by some of the bits.
   */
  static Arguments[] crowdedHashes() {
    long golden = 0x9E3779B97F4A7C15L;
    long inverse = golden; // modulo 2^64, by Newton's iteration
    for (int i = 0; i < 6; i++) {
      inverse *= 2 - golden * inverse;
    }
    long ofProduct = inverse;
    LongUnaryOperator product = n -> (n << 49 | n >>> 4) * ofProduct;
    LongUnaryOperator halves = n -> n << 32 | n;
    return new Arguments[] {
      Arguments.of("product", product),
      Arguments.of("halves", halves),
      Arguments.of("lower bits", (LongUnaryOperator) n -> n << 32),
      Arguments.of("upper bits", (LongUnaryOperator) n -> n),
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("crowdedHashes")
  void hashesThatWereMadeToCollideCostAsManyProbesAsRandomOnes(
      String name, LongUnaryOperator crowded) {
    SplittableRandom random = new SplittableRandom(3);

    long ofRandom = comparedHashes(n -> random.nextLong());
    long ofCrowded = comparedHashes(crowded);

    // Half full, a search that succeeds looks at 1.5 places; 65,536 that collide at 32,768.
    assertThat(ofRandom).isLessThan(8L * SLOTS);
    assertThat(ofCrowded).isLessThan(ofRandom + SLOTS / 4);
  }

  private static long comparedHashes(LongUnaryOperator hash) {
    long[] hashes = new long[SLOTS];
    for (int slot = 0; slot < SLOTS; slot++) {
      hashes[slot] = hash.applyAsLong(slot);
    }
    Counting index = new Counting(hashes);
    for (int slot = 0; slot < SLOTS; slot++) {
      assertThat(index.find(hashes[slot])).isEqualTo(SlotIndex.NONE);
      index.add(slot);
    }
    for (int slot = 0; slot < SLOTS; slot++) {
      assertThat(index.find(hashes[slot])).isEqualTo(slot);
    }
    for (int slot = 0; slot < SLOTS; slot++) {
      index.remove(slot);
    }
    return index.compared;
  }

  @Test
  void findsWhatAMapWouldFind() {
    SplittableRandom random = new SplittableRandom(1);
    long[] hashes = new long[1_000];
    Counting index = new Counting(hashes);
    Map<Long, Integer> expected = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      int slot = random.nextInt(hashes.length);
      if (expected.remove(hashes[slot], slot)) {
        index.remove(slot);
      } else {
        long hash = random.nextInt(3_000);
        if (!expected.containsKey(hash)) {
          hashes[slot] = hash;
          expected.put(hash, slot);
          index.add(slot);
        }
      }
      if (i % 10_000 == 0) {
        Counting copy = new Counting(hashes);
        copy.copy(index);
        index = copy;
      }
    }
    for (long hash = 0; hash < 3_000; hash++) {
      assertThat(index.find(hash)).isEqualTo(expected.getOrDefault(hash, SlotIndex.NONE));
    }

    index.clear(10);

    assertThat(index.find(hashes[0])).isEqualTo(SlotIndex.NONE);
  }
}
