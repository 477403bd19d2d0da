package dev.millrace.flink.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.flink.chunk.OpenChunks.Filling;
import dev.millrace.testing.CollidingTexts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OpenChunksTest {
  private static final long SEED = 3;

  private final OpenChunks open = new OpenChunks();

  @Test
  void findsAndForgetsAsALinkedHashMapDoes() {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Filling> expected = new LinkedHashMap<>();

    for (int i = 0; i < 50_000; i++) {
      String key = "key-" + random.nextInt(700);
      Filling filling = open.find(key);
      assertThat(filling).isSameAs(expected.get(key));
      if (filling == null) {
        filling = new Filling();
        open.add(key, filling);
        expected.put(key, filling);
      } else {
        open.remove(filling);
        expected.remove(key);
      }
      assertThat(open.size()).isEqualTo(expected.size());
      assertThat(open.oldest())
          .isSameAs(expected.isEmpty() ? null : expected.values().iterator().next());
    }
  }

  @Test
  void leavesFromTheOldestToTheNewest() {
    for (int i = 0; i < 1_000; i++) {
      open.add("key-" + i, new Filling());
    }
    Filling middle = open.find("key-500");
    open.remove(middle);

    int left = 0;
    for (; !open.isEmpty(); left++) {
      open.remove(open.oldest());
    }

    assertThat(left).isEqualTo(999);
    assertThat(open.find("key-1")).isNull();
  }

  @Test
  void keysWithOneHashCodeAreFoundAndTakenOut() {
    List<String> keys = CollidingTexts.of(16_384);
    for (String key : keys) {
      assertThat(open.find(key)).isNull();
      open.add(key, new Filling());
    }

    for (String key : keys) {
      assertThat(open.find(key)).isSameAs(open.oldest());
      open.remove(open.oldest());
    }

    assertThat(open.isEmpty()).isTrue();
  }
}
