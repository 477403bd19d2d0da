package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What many have in common is there once, and no longer than one of them. */
class WeakCacheTest {

  @Test
  void allUsersOfAKeyShareOneValue() {
    WeakCache<String, StringBuilder> things = new WeakCache<>();
    StringBuilder first = things.get("a", StringBuilder::new);

    assertThat(things.get(new String("a"), StringBuilder::new)).isSameAs(first);
    assertThat(things.get("b", StringBuilder::new)).isNotSameAs(first);
  }

  @Test
  void aValueWithoutUsersIsRemoved() {
    WeakCache<Integer, byte[]> things = new WeakCache<>();
    byte[] held = things.get(-1, any -> new byte[1]);
    int[] next = {0};

    await()
        .untilAsserted(
            () -> {
              for (int i = 0; i < 1_000; i++) {
                things.get(next[0]++, any -> new byte[1]);
              }
              System.gc();
              assertThat(things.size()).isLessThan(next[0] / 2);
            });

    assertThat(things.get(-1, any -> new byte[2])).isSameAs(held);
  }

  @Test
  void valuesInUseAreKeptRegardlessOfTheirNumber() {
    WeakCache<Integer, int[]> things = new WeakCache<>();
    List<int[]> held = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      held.add(things.get(i, any -> new int[] {any}));
    }
    System.gc();

    for (int i = 0; i < 1_000; i++) {
      assertThat(things.get(i, any -> new int[] {-1})).isSameAs(held.get(i));
    }
    assertThat(things.size()).isEqualTo(1_000);
  }
}
