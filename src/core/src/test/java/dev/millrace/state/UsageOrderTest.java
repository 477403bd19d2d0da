package dev.millrace.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.SlotIndex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UsageOrderTest {
  private static final int SLOTS = 40;

  private final UsageOrder order = new UsageOrder();

  @Test
  void anEmptyOrderHasNoOldest() {
    assertThat(slots(order)).isEmpty();
  }

  @Test
  void slotsAreInTheOrderOfTheirLastUse() {
    IntStream.range(0, 4).forEach(order::add);
    order.touch(1);
    order.touch(1);
    order.touch(0);

    assertThat(slots(order)).containsExactly(2, 3, 1, 0);
  }

  @Test
  void aSlotAddedAsTheOldestIsTheNextToGo() {
    order.addOldest(7);
    order.add(2);
    order.addOldest(0);

    assertThat(slots(order)).containsExactly(0, 7, 2);
  }

  @Test
  void theOldestTheNewestAndOnesBetweenCanBeRemoved() {
    IntStream.range(0, 5).forEach(order::add);
    order.remove(0);
    order.remove(4);
    order.remove(2);

    assertThat(slots(order)).containsExactly(1, 3);

    order.remove(1);
    order.remove(3);
    order.add(2);
    assertThat(slots(order)).containsExactly(2);
  }

  @Test
  void anotherSlotCanTakeThePlaceOfOne() {
    IntStream.range(0, 4).forEach(order::add);
    order.remove(0);
    order.replace(2, 0);

    assertThat(slots(order)).containsExactly(1, 0, 3);
  }

  @Test
  void aCopyHasTheOrderAndChangesAlone() {
    IntStream.range(0, 3).forEach(order::add);
    UsageOrder copy = new UsageOrder();
    copy.add(9);
    copy.copy(order);
    copy.touch(0);

    assertThat(slots(copy)).containsExactly(1, 2, 0);
    assertThat(slots(order)).containsExactly(0, 1, 2);
  }

  @Test
  void aClearedOrderBeginsAgain() {
    IntStream.range(0, 3).forEach(order::add);
    order.clear();
    order.add(1);

    assertThat(slots(order)).containsExactly(1);
  }

  @Test
  void manyOperationsLeaveTheOrderOfAList() {
    Random random = new Random(5);
    Deque<Integer> expected = new ArrayDeque<>();
    for (int i = 0; i < 4_000; i++) {
      int slot = random.nextInt(SLOTS);
      boolean isKnown = expected.remove(slot);
      switch (random.nextInt(isKnown ? 2 : 3)) {
        case 0 -> {
          if (isKnown) {
            order.touch(slot);
          } else {
            order.add(slot);
          }
          expected.addLast(slot);
        }
        case 1 -> {
          if (isKnown) {
            order.remove(slot);
          }
        }
        default -> {
          order.addOldest(slot);
          expected.addFirst(slot);
        }
      }
      assertThat(slots(order)).as("operation %d", i).containsExactlyElementsOf(expected);
    }
  }

  private static List<Integer> slots(UsageOrder order) {
    List<Integer> slots = new ArrayList<>();
    for (int slot = order.oldest(); slot != SlotIndex.NONE; slot = order.newer(slot)) {
      slots.add(slot);
    }
    return slots;
  }
}
