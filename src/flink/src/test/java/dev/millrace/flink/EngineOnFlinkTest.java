package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Sha256;
import dev.millrace.prequential.PrequentialEngineTest;
import dev.millrace.testing.Letters;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class EngineOnFlinkTest {

  @Test
  void theOperatorEndsInTheModelsOfTheEngineAlone() throws Exception {
    ByteArrayOutputStream models = new ByteArrayOutputStream();
    try (TrainHarness harness = new TrainHarness(Letters.spec())) {
      harness.send(Letters.examples(PrequentialEngineTest.LETTERS), 32);
      harness.end();
      for (String model : harness.modelsByKey().values()) {
        models.write(HexFormat.of().parseHex(model));
      }
    }

    assertThat(Sha256.hex(models.toByteArray())).isEqualTo(PrequentialEngineTest.LETTERS_SHA256);
  }
}
