package dev.millrace.codec.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Jdks;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NumberTextTest {

  // Of which JDK 17 gives more digits than needed, or others.
  private static final List<Number> HARD =
      List.of(2e23, 3.9502381998069763e20, 7.2759576e-12f, 8.2890392e7f, 2.1985647602741272e16);

  /** Prints how numbers of all sizes are spelt. */
  static final class Printed {
    private Printed() {}

    public static void main(String[] arguments) {
      HARD.forEach(number -> System.out.println(NumberText.of(number)));
      SplittableRandom random = new SplittableRandom(20261127);
      for (int i = 0; i < 5_000; i++) {
        System.out.println(NumberText.of(Double.longBitsToDouble(random.nextLong())));
        System.out.println(NumberText.of(Float.intBitsToFloat(random.nextInt())));
        System.out.println(NumberText.of(random.nextDouble()));
        System.out.println(NumberText.of((float) (1e6 * random.nextDouble())));
      }
    }
  }

  @Test
  void everyOtherJdkSpellsNumbersAlike() {
    Map<Integer, Path> jdks = Jdks.others();
    assumeThat(jdks).as("JDKs 17 or newer other than this one").isNotEmpty();
    List<String> here = ChildJvm.run(Printed.class, List.of()).lines().toList();

    assertThat(here).hasSize(HARD.size() + 20_000);
    jdks.forEach(
        (version, home) ->
            assertThat(ChildJvm.run(home, Printed.class, List.of()).lines())
                .as("JDK %s", version)
                .isEqualTo(here));
  }

  @Test
  void anythingButAWholeNumberHasTheFewestDecimalsThatReadBack() {
    assertThat(HARD.stream().map(NumberText::of))
        .containsExactly(
            "2.0E23", "3.950238199806976E20", "7.275958E-12", "82890392", "21985647602741272");
    assertThat(NumberText.of(0x1p63)).isEqualTo("9.223372036854776E18");
    assertThat(NumberText.of(-0x1.fffffffffffffp62)).isEqualTo("-9223372036854774784");
    for (double number : new double[] {2e23, 3.9502381998069763e20, -0.3, Double.MIN_VALUE}) {
      assertThat(Double.parseDouble(NumberText.of(number))).isEqualTo(number);
    }
  }
}
