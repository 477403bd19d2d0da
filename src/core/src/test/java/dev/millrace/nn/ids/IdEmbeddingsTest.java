package dev.millrace.nn.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.input.ErasedId;
import dev.millrace.input.IdColumns;
import dev.millrace.input.InputSpec;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdEmbeddingsTest {
  private static final int DIMENSION = 4;
  private static final float[] GRADIENT = {1f, -2f, 0f, 0.5f};

  private static IdColumns columns(FeatureSpec.Type type, IdOptions options, int limit) {
    return IdColumns.of(
        InputSpec.DEFAULT.with(
            to -> {
              to.features = List.of(FeatureSpec.ofIds("user", type, false, options));
              to.limits = to.limits.withIds(limit);
            }));
  }

  private static IdEmbeddings embeddings(IdOptions options, int limit) {
    return new IdEmbeddings(columns(FeatureSpec.Type.ID, options, limit), DIMENSION, 5);
  }

  private static float[] row(long... ids) {
    float[] row = new float[3 * IdWords.ID_WIDTH];
    Arrays.fill(row, Float.NaN);
    for (int i = 0; i < ids.length; i++) {
      IdWords.write(ids[i], row, i * IdWords.ID_WIDTH);
    }
    return row;
  }

  private static float[] seen(IdEmbeddings embeddings, float[] row) {
    float[] out = new float[DIMENSION];
    embeddings.encode(row, 0, out, 0);
    return out;
  }

  private static void learn(IdEmbeddings embeddings, float[] row, float[] gradient) {
    embeddings.add(row, 0, new float[DIMENSION], 0);
    embeddings.learn(gradient, DIMENSION);
    embeddings.clear();
  }

  @Test
  void anIdHasAVectorFromTheConfiguredRecordOn() {
    IdEmbeddings embeddings = embeddings(new IdOptions(1, 3, 0, 1), 10);
    for (int records = 0; records < 3; records++) {
      assertThat(seen(embeddings, row(42))).as("after %d", records).containsOnly(0f);
      learn(embeddings, row(42), GRADIENT);
    }

    float[] first = seen(embeddings, row(42));
    assertThat(first).doesNotContain(0f);
    assertThat(seen(embeddings, row(43))).containsOnly(0f);
    assertThat(seen(embeddings, row())).containsOnly(0f);
  }

  @Test
  void aVectorMovesAgainstItsGradientByAStepOfBoundedLength() {
    for (float size : new float[] {1e-2f, 1f, 1e10f}) {
      IdEmbeddings embeddings = embeddings(IdOptions.ONE, 10);
      learn(embeddings, row(42), GRADIENT);
      float[] before = seen(embeddings, row(42));
      float[] gradient = new float[DIMENSION];
      for (int v = 0; v < DIMENSION; v++) {
        gradient[v] = size * GRADIENT[v];
      }

      learn(embeddings, row(42), gradient);

      float[] after = seen(embeddings, row(42));
      assertThat(after[0]).isLessThan(before[0]);
      assertThat(after[1]).isGreaterThan(before[1]);
      assertThat(after[2]).isCloseTo(before[2], within(1e-3f));
      assertThat(after[1] - before[1]).isLessThan(0.11f);
    }
  }

  @Test
  void aGradientThatIsNotFiniteIsNotLearned() {
    IdEmbeddings embeddings = embeddings(IdOptions.ONE, 10);
    learn(embeddings, row(42), GRADIENT);
    float[] before = seen(embeddings, row(42));

    learn(embeddings, row(42), new float[] {0f, Float.NaN, 1f, 1f});
    learn(embeddings, row(42), new float[] {0f, 1e20f, 1f, 1f});

    assertThat(seen(embeddings, row(42))).isEqualTo(before);
  }

  @Test
  void aColumnGivesTheMeanOfItsKnownIds() {
    IdOptions options = new IdOptions(3, 1, 0, 1);
    IdEmbeddings embeddings =
        new IdEmbeddings(columns(FeatureSpec.Type.SET, options, 10), DIMENSION, 5);
    learn(embeddings, row(1, 2), GRADIENT);
    float[] one = seen(embeddings, row(1));
    float[] two = seen(embeddings, row(2));

    float[] both = seen(embeddings, row(1, 99, 2));

    for (int v = 0; v < DIMENSION; v++) {
      assertThat(both[v]).isCloseTo((one[v] + two[v]) / 2, within(1e-7f));
    }
  }

  /** Rows of a mini-batch, with what was known when each came. */
  @Test
  void anIdOfSeveralRowsOfAStepLearnsFromEachThatSawItsVector() {
    IdEmbeddings together = embeddings(IdOptions.ONE, 10);
    IdEmbeddings inTurn = embeddings(IdOptions.ONE, 10);
    float[] out = new float[DIMENSION];
    for (int r = 0; r < 3; r++) { // in the first row the id is not known
      together.add(row(42), 0, out, 0);
    }
    float[] gradients = new float[3 * DIMENSION];
    for (int r = 0; r < 3; r++) {
      System.arraycopy(GRADIENT, 0, gradients, r * DIMENSION, DIMENSION);
    }
    together.learn(gradients, DIMENSION);
    together.clear();
    for (int r = 0; r < 3; r++) {
      learn(inTurn, row(42), GRADIENT);
    }

    assertThat(seen(together, row(42))).isEqualTo(seen(inTurn, row(42)));
  }

  @Test
  void anErasedIdIsInNoRowThatWaits() throws IOException {
    IdColumns columns = columns(FeatureSpec.Type.ID, IdOptions.ONE, 10);
    IdEmbeddings embeddings = new IdEmbeddings(columns, DIMENSION, 5);
    for (long id : new long[] {1, 2, 3}) {
      learn(embeddings, row(id), GRADIENT);
    }
    for (long id : new long[] {1, 2, 3}) {
      embeddings.add(row(id), 0, new float[DIMENSION], 0);
    }
    float[][] before = {seen(embeddings, row(1)), seen(embeddings, row(3))};

    int erased =
        embeddings
            .pages()
            .erase(new ErasedId("user", 2, columns.columns().get(0), false, false, -1, false));

    assertThat(erased).isEqualTo(1);
    byte[] stored = bytes(embeddings);
    IdEmbeddings restored = new IdEmbeddings(columns, DIMENSION, 5);
    restored.visit(new StateReader(new BoundedDataInput(stored)), 3);
    // A record brings the id back before the step; what waited does not reach it.
    for (IdEmbeddings one : List.of(embeddings, restored)) {
      one.add(row(2), 0, new float[DIMENSION], 0);
      float[] ofNew = seen(one, row(2));
      float[] gradients = new float[4 * DIMENSION];
      Arrays.fill(gradients, 1f);
      one.learn(gradients, DIMENSION);
      assertThat(seen(one, row(2))).isEqualTo(ofNew);
      assertThat(seen(one, row(1))[0]).isLessThan(before[0][0]);
      assertThat(seen(one, row(3))[0]).isLessThan(before[1][0]);
    }
    assertThat(bytes(restored)).isEqualTo(bytes(embeddings));
    // Of a row that waits: the number of its ids; of an id also hash, column and part.
    assertThat(stored.length)
        .isEqualTo(8 + 3 * 4 + 2 * 16 + (4 + 8 + 8 + 8) + 3 * (16 + 4 * (2 + DIMENSION)));
  }

  private static byte[] bytes(IdEmbeddings embeddings) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    embeddings.visit(new StateWriter(new DataOutputStream(bytes)), 3);
    return bytes.toByteArray();
  }

  @Test
  void anIdWhosePlaceWasTakenBeforeTheStepLearnsNothing() {
    IdEmbeddings embeddings = embeddings(IdOptions.ONE, 1);
    float[] out = new float[DIMENSION];
    learn(embeddings, row(1), GRADIENT);
    embeddings.add(row(1), 0, out, 0);
    embeddings.add(row(2), 0, out, 0); // takes the place of 1
    float[] gradients = new float[2 * DIMENSION];
    System.arraycopy(GRADIENT, 0, gradients, 0, DIMENSION);
    float[] before = seen(embeddings, row(2));

    embeddings.learn(gradients, DIMENSION);

    assertThat(seen(embeddings, row(2))).isEqualTo(before).doesNotContain(0f);
    assertThat(seen(embeddings, row(1))).containsOnly(0f);
  }
}
