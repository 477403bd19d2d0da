package dev.millrace.derived;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GroupTableTest {
  private static final int LIMIT = 50;

  @Test
  void keepsWhatAMapInTheOrderOfUseWouldKeep() {
    GroupTable table = new GroupTable(1, LIMIT);
    Map<Long, Double> expected = new LinkedHashMap<>(16, 0.75f, true);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      // Few different hashes, many of which collide in the index.
      long hash = (long) random.nextInt(90) << 7;
      if (random.nextInt(500) == 0) {
        int left = random.nextInt(LIMIT);
        int before = table.size();
        assertThat(table.shrink(left * GroupTable.bytesOfGroup(1)))
            .isEqualTo(Math.max(0, before - left));
        List<Long> oldestFirst = new ArrayList<>(expected.keySet());
        expected.keySet().removeAll(oldestFirst.subList(0, Math.max(0, before - left)));
      } else if (random.nextInt(20) == 0) {
        assertThat(table.remove(hash)).isEqualTo(expected.remove(hash) == null ? 0 : 1);
      } else {
        table.use(hash)[0]++;
        expected.merge(hash, 1.0, Double::sum);
        List<Long> keys = new ArrayList<>(expected.keySet());
        if (keys.size() > LIMIT) {
          expected.remove(keys.get(0));
        }
      }
      assertThat(table.size()).isEqualTo(expected.size());
    }
    for (long hash = 0; hash < 90; hash++) {
      double[] cells = table.find(hash << 7);
      Double count = expected.get(hash << 7);
      assertThat(cells == null ? null : (Double) cells[0]).isEqualTo(count);
    }
  }

  @Test
  void startsAgainAfterAllIsForgotten() {
    GroupTable table = new GroupTable(2, LIMIT);
    table.use(1)[1] = 5;

    assertThat(table.clear()).isEqualTo(1);

    assertThat(table.find(1)).isNull();
    assertThat(table.use(1)).containsExactly(0, 0);
  }
}
