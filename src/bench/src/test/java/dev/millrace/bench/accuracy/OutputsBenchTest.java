package dev.millrace.bench.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.nn.spec.AutoSpec.Tier;
import dev.millrace.report.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputsBenchTest {
  @TempDir Path folder;

  @Test
  void aRareTargetIsPredictedBetterTogetherWithAnother() throws IOException {
    assertThat(OutputsBenchCommand.rareError(1, true))
        .isLessThan(0.9 * OutputsBenchCommand.rareError(1, false));
  }

  @Test
  void setsOfAFileAreLearned() throws IOException {
    StringBuilder csv = new StringBuilder("left,right,x,y\n");
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 500; i++) {
      double x = random.nextDouble(-1, 1);
      double y = random.nextDouble(-1, 1);
      csv.append("%d,%d,%s,%s%n".formatted(x < 0 ? 1 : 0, x + y > 0 ? 1 : 0, x, y));
    }
    Path file = Files.writeString(folder.resolve("sets.csv"), csv);

    OutputsBenchCommand.Result result =
        OutputsBenchCommand.sets(LabelRows.read(file, 2), Tier.FAST, 1);

    assertThat(result.scores().examples()).isEqualTo(500);
    assertThat(result.scores().get(Score.JACCARD)).isGreaterThan(0.8);
  }
}
