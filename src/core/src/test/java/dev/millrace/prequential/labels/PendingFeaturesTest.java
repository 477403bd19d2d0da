package dev.millrace.prequential.labels;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PendingFeaturesTest {

  @Test
  void aBrokenMemoryIsRejected() throws IOException {
    PendingFeatures.requireMemory(new float[0]);
    PendingFeatures.requireMemory(new float[] {7, 1, Float.NaN, 0, 2, 1, 2});
    float[][] broken = {
      {1}, {0, 1}, {0, 0}, {0, -2, 1}, {0, 1.5f, 1}, {0, Float.NaN, 1}, {0, 2, 1}
    };
    for (float[] memory : broken) {
      assertThatThrownBy(() -> PendingFeatures.requireMemory(memory))
          .as(Arrays.toString(memory))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("memory of features that wait");
    }
  }
}
