package dev.millrace.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdHash;
import dev.millrace.data.IdWords;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdColumnsTest {
  private static final InputSpec INPUT =
      InputSpec.DEFAULT.with(
          to -> {
            to.features =
                List.of(
                    new FeatureSpec("n", FeatureSpec.Type.NUMERIC, true, List.of(), 0),
                    FeatureSpec.ofIds("user", FeatureSpec.Type.ID, true, IdOptions.ONE),
                    FeatureSpec.ofIds(
                        "words", FeatureSpec.Type.SPARSE, false, new IdOptions(2, 1, 500, 1)));
            to.crosses = List.of(List.of("user", "words"));
          });

  @Test
  void idsHavePlacesOfTheirOwnBetweenTheNumbers() {
    IdColumns columns = IdColumns.of(INPUT);

    assertThat(INPUT.width()).isEqualTo(2 + 4 + 8 + 2);
    assertThat(columns.numbers(INPUT.width())).containsExactly(0, 1, 5);
    assertThat(columns.columns()).extracting(IdColumns.Column::start).containsExactly(2, 6);
    assertThat(columns.timeAt()).isEqualTo(14);
    assertThat(columns.maxIds()).isEqualTo(1 + 2 + 2);
  }

  @Test
  void everyIdAndTimeComesBackFromItsWords() {
    Random random = new Random(3);
    float[] row = new float[IdWords.ID_WIDTH];
    for (int i = 0; i < 10_000; i++) {
      long id = random.nextLong() >> random.nextInt(64);
      IdWords.write(id, row, 0);
      assertThat(IdWords.read(row, 0)).isEqualTo(id);
      assertThat(IdWords.isPresent(row, 0)).isTrue();
    }
    for (long time : new long[] {0, 1, 1_764_400_000_123L, (1L << 44) - 1}) {
      IdWords.writeTime(time, row, 0);
      assertThat(IdWords.readTime(row, 0)).isEqualTo(time);
    }
    IdWords.writeTime(-5, row, 0);
    assertThat(IdWords.readTime(row, 0)).isZero();
  }

  @Test
  void equalTextsOfTwoColumnsAreTwoIds() {
    byte[] text = "1".getBytes(StandardCharsets.UTF_8);
    long ofUser = new IdHash("user").of(text, 1);

    assertThat(ofUser).isNotEqualTo(new IdHash("item").of(text, 1));
    // Stored models depend on it.
    assertThat(ofUser).isEqualTo(6_187_084_352_497_904_180L);
    assertThat(IdHash.ofPair(1, 2)).isNotEqualTo(IdHash.ofPair(2, 1));
  }

  @Test
  void storedPlacesAreReadAndDamagedOnesRejected() throws IOException {
    IdColumns columns = IdColumns.of(INPUT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    columns.write(new DataOutputStream(bytes));

    byte[] stored = bytes.toByteArray();
    assertThat(IdColumns.read(new BoundedDataInput(stored), INPUT.width())).isEqualTo(columns);
    assertThatThrownBy(() -> IdColumns.read(new BoundedDataInput(stored), 10))
        .isInstanceOf(IOException.class);
  }
}
