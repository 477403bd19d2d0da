package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Initializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightInitializerTest {

  @ParameterizedTest
  @CsvSource({
    "BY_ACTIVATION, RELU, 0.25",
    "BY_ACTIVATION, SILU, 0.25",
    "BY_ACTIVATION, SELU, 0.125",
    "BY_ACTIVATION, TANH, 0.05",
    "BY_ACTIVATION, SOFTMAX, 0.05",
    "LECUN_NORMAL, RELU, 0.125",
    "LECUN_NORMAL, TANH, 0.125",
  })
  void initialWeightsKeepTheVarianceOfSignals(
      Initializer initializer, Activation activation, double variance) {
    WeightInitializer draws = new WeightInitializer(initializer, 3, 4);

    double deviation = draws.deviation(activation, 8, 32);

    assertThat(deviation * deviation).isCloseTo(variance, within(1e-12));
    assertThat(draws.gaussian(1, 2, 3)).isNotEqualTo(draws.gaussian(2, 1, 3));
  }

  @Test
  void uniformNumbersAreAboveZeroAndAtMostOne() {
    assertThat(WeightInitializer.uniform(0)).isEqualTo(0x1p-53);
    assertThat(WeightInitializer.uniform(-1)).isEqualTo(1);
  }
}
