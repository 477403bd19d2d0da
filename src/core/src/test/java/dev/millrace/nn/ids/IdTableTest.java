package dev.millrace.nn.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdHash;
import dev.millrace.input.ErasedId;
import dev.millrace.input.IdColumns;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdTableTest {
  private static final long SEED = 11;

  /** The same behaviour by a map: ids from the least to the most recently seen, with a number. */
  private static final class Reference {
    final int limit;
    final Map<Long, Float> numbers = new LinkedHashMap<>(16, 0.75f, true);

    Reference(int limit) {
      this.limit = limit;
    }

    void see(long id) {
      Float before = numbers.get(id);
      if (before == null && numbers.size() == limit) {
        numbers.remove(numbers.keySet().iterator().next());
      }
      numbers.put(id, before == null ? 1f : before + 1f);
    }
  }

  private static void see(IdTable table, long id, long time) {
    int slot = table.find(id);
    if (slot == IdTable.NONE) {
      slot = table.add(id, time);
    } else {
      table.touch(slot, time);
    }
    table.numbers(slot)[table.offset(slot)] += 1f;
  }

  private static void assertSame(IdTable table, Reference reference) {
    assertThat(table.size()).isEqualTo(reference.numbers.size());
    List.copyOf(reference.numbers.entrySet())
        .forEach(
            entry -> {
              int slot = table.find(entry.getKey());
              assertThat(slot).as("slot of %d", entry.getKey()).isNotEqualTo(IdTable.NONE);
              assertThat(table.numbers(slot)[table.offset(slot)]).isEqualTo(entry.getValue());
            });
  }

  @Test
  void theIdsSeenLeastRecentlyAreForgottenWhenATableShrinks() throws IOException {
    Random random = new Random(SEED);
    IdTable table = new IdTable(3, 1_000, true);
    Reference reference = new Reference(1_000);
    for (int i = 0; i < 20_000; i++) {
      long id = (long) random.nextInt(1_500) << 40;
      see(table, id, i);
      reference.see(id);
      if (i % 97 == 0) {
        table.erase(id(id, false, false));
        reference.numbers.remove(id);
      }
      if (i % 1_500 == 0) {
        int before = table.size();

        int forgotten = table.shrink(table.memoryBytes() - table.memoryBytes() / 4);

        assertThat(forgotten).isEqualTo(before - table.size());
        List<Long> oldestFirst = List.copyOf(reference.numbers.keySet());
        reference.numbers.keySet().removeAll(oldestFirst.subList(0, forgotten));
        assertSame(table, reference);
        table = read(bytes(table), 3, 1_000);
      }
    }
    assertSame(table, reference);

    assertThat(table.shrink(0)).isEqualTo(reference.numbers.size());
    assertThat(table.memoryBytes()).isZero();
    assertThat(table.pages()).isZero();
    see(table, 5, 1);
    assertThat(table.numbers(table.find(5))[0]).isEqualTo(1f);
  }

  @Test
  void theIdSeenLeastRecentlyMakesRoomForANewOne() {
    Random random = new Random(SEED);
    for (int limit : new int[] {1, 2, 63, 64, 65, 1000}) {
      IdTable table = new IdTable(3, limit, true);
      Reference reference = new Reference(limit);
      for (int i = 0; i < 20_000; i++) {
        // Few bits, and all of them the upper ones: many share a place in the index.
        long id = (long) random.nextInt(3 * limit) << 40;
        see(table, id, i);
        reference.see(id);
      }
      assertSame(table, reference);
      assertThat(table.find(-1)).isEqualTo(IdTable.NONE);
    }
  }

  @Test
  void aTableThatWasReadGoesOnAsIfNeverStored() throws IOException {
    Random random = new Random(SEED);
    IdTable table = new IdTable(2, 100, true);
    IdTable restored = table;
    for (int i = 0; i < 3_000; i++) {
      long id = random.nextInt(300);
      see(table, id, i);
      if (restored != table) {
        see(restored, id, i);
      }
      if (i % 500 == 0) {
        restored = read(bytes(table), 2, 100);
      }
    }
    assertThat(bytes(restored)).isEqualTo(bytes(table));
    assertThat(bytes(table.copy())).isEqualTo(bytes(table));
  }

  @Test
  void aLowerLimitKeepsWhatIsThereAndAddsNothing() throws IOException {
    IdTable table = new IdTable(1, 100, true);
    for (int id = 0; id < 100; id++) {
      see(table, id, id);
    }
    IdTable smaller = read(bytes(table), 1, 10);
    see(smaller, 1000, 0);

    assertThat(smaller.size()).isEqualTo(100);
    assertThat(smaller.find(0)).isEqualTo(IdTable.NONE);
    assertThat(smaller.find(1)).isNotEqualTo(IdTable.NONE);
  }

  @Test
  void widerNumbersKeepThoseThatWereThere() {
    IdTable table = new IdTable(1, 1000, true);
    for (int id = 0; id < 300; id++) {
      see(table, id, 0);
      see(table, id / 2, 0);
    }
    List<Float> before = numbers(table);
    table.widen(4);

    assertThat(numbers(table)).isEqualTo(before);
    int slot = table.find(299);
    assertThat(table.numbers(slot)[table.offset(slot) + 3]).isZero();
  }

  private static List<Float> numbers(IdTable table) {
    List<Float> numbers = new ArrayList<>();
    for (int id = 0; id < 300; id++) {
      int slot = table.find(id);
      numbers.add(table.numbers(slot)[table.offset(slot)]);
    }
    return numbers;
  }

  @Test
  void aCopySharesPagesUntilEitherChangesThem() {
    Random random = new Random(SEED);
    IdTable table = new IdTable(2, 1000, true);
    for (int i = 0; i < 2_000; i++) {
      see(table, random.nextInt(1500), i);
    }
    byte[] before = bytes(table);
    IdTable copy = table.copy();
    IdTable later = copy.copy();
    for (int i = 0; i < 2_000; i++) {
      see(copy, random.nextInt(1500), i);
    }
    assertThat(bytes(table)).isEqualTo(before);
    assertThat(bytes(later)).isEqualTo(before);
    byte[] ofCopy = bytes(copy);
    for (int i = 0; i < 2_000; i++) {
      see(table, random.nextInt(1500), i);
    }
    assertThat(bytes(copy)).isEqualTo(ofCopy).isNotEqualTo(bytes(table));
  }

  @Test
  void onlyChangedPagesAreStoredAndMakeTheSameTable() throws IOException {
    Random random = new Random(SEED);
    IdTable table = new IdTable(2, 10_000, true);
    Map<Integer, byte[]> store = new HashMap<>();
    table.setNumber(3);
    for (int round = 0; round < 20; round++) {
      int size = 200 + 200 * round;
      for (int i = 0; i < 100; i++) {
        see(table, random.nextInt(size), i);
      }
      int changed = 0;
      for (int page = 0; page < table.pages(); page++) {
        if (table.isChanged(page)) {
          store.put(page, table.store(page));
          changed++;
        }
      }
      see(table, 0, 0); // one page, and it has been there since the first round
      int changedByOne = 0;
      for (int page = 0; page < table.pages(); page++) {
        changedByOne += table.isChanged(page) ? 1 : 0;
      }
      assertThat(changed).isPositive();
      assertThat(changedByOne).isEqualTo(1);
      for (int page = 0; page < table.pages(); page++) {
        if (table.isChanged(page)) {
          store.put(page, table.store(page));
        }
      }
      table.writePages(false);
      byte[] apart = bytes(table);
      table.writePages(true);
      IdTable restored = read(apart, 2, 10_000);
      assertThat(restored.needsPages()).isTrue();
      for (int page = 0; page < table.pages(); page++) {
        restored.readPage(page, store.get(page));
      }
      assertThat(restored.needsPages()).isFalse();
      assertThat(bytes(restored)).isEqualTo(bytes(table));
    }
  }

  @Test
  void anErasedIdIsNotKnownAndMakesRoomForANewOne() throws IOException {
    Random random = new Random(SEED);
    for (int limit : new int[] {1, 2, 63, 64, 65, 1000}) {
      IdTable table = new IdTable(3, limit, true);
      Reference reference = new Reference(limit);
      for (int i = 0; i < 20_000; i++) {
        long id = (1L + random.nextInt(3 * limit)) << 40;
        if (random.nextInt(5) == 0) {
          boolean isKnown = reference.numbers.remove(id) != null;
          assertThat(table.erase(id(id, false, false))).isEqualTo(isKnown ? 1 : 0);
        } else {
          see(table, id, i);
          reference.see(id);
        }
        if (i % 4_000 == 0) {
          byte[] bytes = bytes(table);
          table = read(bytes, 3, limit).copy();
          assertThat(bytes(table)).isEqualTo(bytes);
        }
      }
      assertSame(table, reference);
    }
  }

  @Test
  void noByteOfAnErasedIdIsLeft() throws IOException {
    Random random = new Random(SEED);
    long[] ids = random.longs(100).toArray();
    IdTable table = new IdTable(3, 100, true);
    for (long id : ids) {
      see(table, id, 0);
    }
    for (long id : ids) {
      String digits = HexFormat.of().toHexDigits(id);
      assertThat(hex(table).contains(digits)).isTrue();
      assertThat(table.erase(id(id, false, false))).isOne();
      assertThat(hex(table).contains(digits)).isFalse();
    }
    assertThat(table.size()).isZero();
    assertThat(read(bytes(table), 3, 100).size()).isZero();
  }

  @Test
  void theCrossesOfAnErasedIdWithAllKnownIdsAreErasedToo() {
    IdTable table = new IdTable(1, 1000, false);
    for (long user = 1; user <= 5; user++) {
      for (long ad = 101; ad <= 120; ad++) {
        for (long id : new long[] {user, ad, IdHash.ofPair(user, ad), IdHash.ofPair(ad, user)}) {
          see(table, id, 0);
        }
      }
    }
    int before = table.size();

    assertThat(table.copy().erase(id(3, false, true))).isEqualTo(1 + 20);
    assertThat(table.copy().erase(id(3, true, true))).isEqualTo(1 + 2 * 20);
    assertThat(table.erase(id(3, true, false))).isEqualTo(1 + 20);
    assertThat(table.size()).isEqualTo(before - 21);
    assertThat(table.find(IdHash.ofPair(3, 107))).isEqualTo(IdTable.NONE);
    assertThat(table.find(IdHash.ofPair(4, 107))).isNotEqualTo(IdTable.NONE);
    assertThat(table.find(107)).isNotEqualTo(IdTable.NONE);
  }

  private static ErasedId id(long hash, boolean isFirst, boolean isSecond) {
    IdColumns.Column user = new IdColumns.Column("user", 0, IdOptions.ONE, false);
    return new ErasedId("user", hash, user, isFirst, isSecond, -1, false);
  }

  private static String hex(IdTable table) {
    return HexFormat.of().formatHex(bytes(table));
  }

  @Test
  void damagedBytesAreRejected() {
    IdTable table = new IdTable(1, 10, true);
    see(table, 5, 0);
    see(table, 6, 0);
    byte[] bytes = bytes(table);
    int idOfSecond = Integer.BYTES + 3 * Long.BYTES + 3 * Long.BYTES + Float.BYTES + 7;
    bytes[idOfSecond] = 5;

    assertThatThrownBy(() -> read(bytes, 1, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("comes twice");
    byte[] endless = bytes.clone();
    endless[0] = 0x3F;
    assertThatThrownBy(() -> read(endless, 1, 10)).isInstanceOf(IOException.class);
  }

  private static byte[] bytes(IdTable table) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      table.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  private static IdTable read(byte[] bytes, int width, int limit) throws IOException {
    return IdTable.read(new BoundedDataInput(bytes), width, limit, true);
  }
}
