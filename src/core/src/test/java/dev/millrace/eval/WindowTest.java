package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WindowTest {

  @Test
  void anExampleAsOldAsTheWindowIsLongIsOut() {
    Window window = new Window(10, 100, 1);
    window.add(0, 1);
    window.add(99, 1);
    assertThat(window.size()).isEqualTo(2);

    window.add(100, 1);

    assertThat(window.size()).isEqualTo(2);
    assertThat(window.time(window.row(0))).isEqualTo(99);
    assertThat(window.isTimed()).isTrue();
  }

  @Test
  void aLateExampleMayStandTooOldBetweenYoungerOnes() {
    Window window = new Window(10, 100, 1);
    window.add(1_000, 1);
    window.add(900, 1);
    window.add(901, 1);

    assertThat(window.size()).isEqualTo(3);
    assertThat(window.holds(window.row(0))).isTrue();
    assertThat(window.holds(window.row(1))).isFalse();
    assertThat(window.holds(window.row(2))).isTrue();
    assertThat(window.latest()).isEqualTo(1_000);
  }

  @Test
  void theLatestMayLeaveBeforeTheOthers() {
    Window window = new Window(2, 100, 1);
    assertThat(window.hasOutlivedLatest()).isFalse();
    window.add(1_000, 1);
    window.add(990, 1);
    assertThat(window.hasOutlivedLatest()).isFalse();

    window.add(991, 1);

    assertThat(window.hasOutlivedLatest()).isTrue();
    assertThat(window.latest()).isEqualTo(1_000);
  }

  @Test
  void withoutALengthOfTimeAllAreHeldUpToTheLimit() {
    Window window = new Window(3, 0, 1);
    for (int i = 0; i < 5; i++) {
      window.put(window.add(1_000 - i, 1), i);
    }

    assertThat(window.size()).isEqualTo(3);
    assertThat(window.cell(window.row(0))).isEqualTo(2);
    assertThat(window.cell(window.row(2))).isEqualTo(4);
    assertThat(window.holds(window.row(0))).isTrue();
    assertThat(window.isTimed()).isFalse();
    assertThat(window.hasOutlivedLatest()).isFalse();
  }

  @Test
  void weightsTakeRoomOnceOneIsNot1() {
    Window window = new Window(10, 0, 1);
    window.add(0, 1);
    assertThat(window.isWeighted()).isFalse();
    assertThat(window.memoryBytes()).isEqualTo(4);

    window.add(0, 0.5);

    assertThat(window.isWeighted()).isTrue();
    assertThat(window.weight(window.row(0))).isEqualTo(1);
    assertThat(window.weight(window.row(1))).isEqualTo(0.5);
    assertThat(window.memoryBytes()).isEqualTo(2 * 2 * 4);
  }
}
