package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ColumnSharesTest {
  @Test
  void namesOfColumnsDoNotReachTheTerminalAsTheyAre() {
    ColumnShares shares = new ColumnShares(Map.of("a\u001b[31m\n" + "b".repeat(200), 1.0));

    assertThat(shares.text())
        .startsWith("columns that moved predictions most: a")
        .doesNotContain("\u001b")
        .doesNotContain("\n")
        .hasSizeLessThan(120);
  }
}
