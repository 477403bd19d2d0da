package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SchemaIdMapTest {
  @Test
  void aTableOfIdsKeepsWhatItIsGivenUntilItIsFull() {
    SchemaIdMap<String> table = new SchemaIdMap<>(1_000);
    for (int i = 0; i < 1_000; i++) {
      table.put(i << 16, "v" + i);
    }
    for (int i = 0; i < 1_000; i++) {
      assertThat(table.get(i << 16)).isEqualTo("v" + i);
    }
    assertThat(table.get(1)).isNull();

    table.put(1, "one");

    assertThat(table.get(1)).isEqualTo("one");
    assertThat(table.get(0)).isNull();
  }
}
