package dev.millrace.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DeclarationTest {

  sealed interface Tank permits Tank.Round, Tank.Flat {
    @Setting(value = "5", in = "[0, 10]", doc = "number of shared pumps")
    int pumps();

    @Setting.Kind(value = "round", doc = "A round tank.")
    record Round(
        @Setting(example = "max-level: 3", in = "[1, 9]", doc = "highest level") long maxLevel,
        @Setting(value = "0.1", in = "(0, 1]", name = "loss", doc = "loss a day")
            double evaporation,
        int pumps,
        String label)
        implements Tank {
      public Round {
        if (maxLevel < pumps && label != null) {
          throw new IllegalArgumentException("max-level is below pumps");
        }
      }
    }

    @Setting.Kind(value = "flat", doc = "A flat tank.")
    record Flat(
        @Setting(value = "off", in = "[1s, 7d] or off", doc = "time to rest") long rest,
        @Setting(value = "model-key", doc = "kind of a place") Place place,
        int pumps)
        implements Tank {}
  }

  enum Place {
    EXAMPLE,
    MODEL_KEY
  }

  @Test
  void defaultsAreThoseOfTheDeclarations() {
    assertThat(Declaration.defaults(Tank.Flat.class))
        .isEqualTo(new Tank.Flat(0, Place.MODEL_KEY, 5));
  }

  @Test
  void theMinOfItsRangeStandsForARequiredOptionThatIsMissing() {
    assertThat(Declaration.defaults(Tank.Round.class).maxLevel()).isEqualTo(1);
  }

  @Test
  void sharedOptionsPrecedeThoseOfARecord() {
    assertThat(Declaration.of(Tank.Round.class))
        .extracting(Declaration::name)
        .containsExactly("pumps", "max-level", "loss");
  }

  @Test
  void aCopyHasTheOtherValuesUnchanged() {
    Tank.Round tank = new Tank.Round(9, 0.5, 2, "north");
    assertThat(Declaration.with(tank, Map.of("evaporation", 0.25)))
        .isEqualTo(new Tank.Round(9, 0.25, 2, "north"));
  }

  @Test
  void theErrorOfAConstructorIsThatOfTheCopy() {
    Tank.Round tank = new Tank.Round(9, 0.5, 2, "north");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Declaration.with(tank, Map.of("maxLevel", 1L)))
        .withMessage("max-level is below pumps");
  }

  @Test
  void recordsOfAnInterfaceAreInTheirOrder() {
    assertThat(Declaration.kinds(Tank.class))
        .extracting(Declaration::kind)
        .containsExactly("round", "flat");
  }

  @Test
  void anIntervalDescribesWhatItContains() {
    Interval share = Interval.of("(0, 0.5]");
    assertThat(share.describe()).isEqualTo("above 0 and at most 0.5");
    assertThat(share.contains(0f)).isFalse();
    assertThat(share.contains(0.5f)).isTrue();
    Interval decay = Interval.of("[0, 1)");
    assertThat(decay.describe()).isEqualTo("at least 0 and below 1");
    assertThat(decay.contains(1f)).isFalse();
    assertThat(Interval.of("[1.0E-8, 100.0]").describe()).isEqualTo("between 1e-8 and 100");
    assertThatIllegalArgumentException().isThrownBy(() -> Interval.of("0 to 1"));
  }
}
