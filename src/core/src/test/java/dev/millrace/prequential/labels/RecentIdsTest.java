package dev.millrace.prequential.labels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a set in the order of insertion. */
class RecentIdsTest {

  // Few different hashes repeat; a step of 2^40 puts all of them into few slots.
  @ParameterizedTest
  @CsvSource({"10, 1", "1500, 1", "3000, 1", "1000000, 1", "1500, 1099511627776", "1500, 65536"})
  void exactlyTheLast1024DifferentIdsAreKnownAlsoAfterTheyWereStored(int ids, long step)
      throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    RecentIds recent = new RecentIds();
    Set<Long> expected = new LinkedHashSet<>();

    for (int i = 0; i < 20_000; i++) {
      long hash = step * random.nextInt(ids);
      assertThat(recent.isKnownOrAdd(hash)).as("id %d", i).isEqualTo(!expected.add(hash));
      if (expected.size() > RecentIds.CAPACITY) {
        expected.remove(expected.iterator().next());
      }
      if (i % 1_777 == 0) {
        byte[] stored = bytes(recent);
        recent = RecentIds.read(new DataInputStream(new ByteArrayInputStream(stored)));
        assertThat(bytes(recent)).isEqualTo(stored);
        assertThat(bytes(recent.copy())).isEqualTo(stored);
      }
    }
  }

  private static byte[] bytes(RecentIds ids) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ids.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
