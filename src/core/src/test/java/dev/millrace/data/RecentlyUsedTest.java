package dev.millrace.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentlyUsedTest {
  private final List<String> created = new ArrayList<>();

  private RecentlyUsed<String, String> cache(int max, int maxBytes) {
    return new RecentlyUsed<>(
        max,
        maxBytes,
        String::length,
        key -> {
          created.add(key);
          return key + "!";
        });
  }

  private void use(RecentlyUsed<String, String> cache, String... keys) {
    for (String key : keys) {
      assertThat(cache.of(key)).isEqualTo(key + "!");
    }
  }

  @Test
  void theLeastRecentlyUsedOfTooManyIsMadeAgain() {
    use(cache(2, 100), "a", "b", "a", "c", "a", "b");

    assertThat(created).containsExactly("a", "b", "c", "b");
  }

  @Test
  void keysOfTooManyBytesMakeRoom() {
    use(cache(100, 5), "aa", "bb", "aa", "cc", "aa", "bb");

    assertThat(created).containsExactly("aa", "bb", "cc", "bb");
  }

  @Test
  void aKeyOfMoreBytesThanAllowedIsKeptAlone() {
    use(cache(100, 2), "a", "bbb", "bbb", "a", "c", "a");

    assertThat(created).containsExactly("a", "bbb", "a", "c");
  }

  @Test
  void columnsOfFewBytesAndManyFeaturesMakeRoom() {
    RecentlyUsed<DeclaredColumns, Integer> cache =
        RecentlyUsed.byColumns(
            columns -> {
              created.add(columns.toString());
              return columns.width();
            });
    for (int round = 0; round < 2; round++) {
      for (int column = 0; column < 100; column++) {
        cache.of(
            DeclaredColumns.of(
                List.of(
                    new FeatureSpec("x" + column, FeatureSpec.Type.HASH, false, List.of(), 1_024)),
                List.of(),
                null));
      }
    }

    assertThat(created).hasSize(200);
  }

  @Test
  void declaredColumnsOfManyProducersAreReadOnce() {
    RecentlyUsed<DeclaredColumns, List<FeatureSpec>> cache =
        RecentlyUsed.byColumns(
            columns -> {
              created.add(columns.toString());
              return columns.features();
            });
    for (int round = 0; round < 3; round++) {
      for (int producer = 0; producer < RecentlyUsed.MANY; producer++) {
        cache.of(
            DeclaredColumns.of(
                List.of(
                    new FeatureSpec("x" + producer, FeatureSpec.Type.NUMERIC, false, List.of(), 0)),
                List.of(),
                null));
      }
    }

    assertThat(created).hasSize(RecentlyUsed.MANY);
  }
}
