package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import dev.millrace.nn.AutoSpec;
import dev.millrace.nn.Workspace;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MembersTest {

  private final AutoScratch scratch = AutoScratch.of(new Workspace());
  private final Members members =
      Members.initial(
          scratch.shape(
              new AutoShape.Kind(AutoSpec.of(AutoSpec.Tier.ACCURATE), 3, Task.REGRESSION, 2, 0)),
          7);

  private byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    members.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  /** Learns one record, the first row of each member. */
  private boolean learn(float weight) {
    for (MemberBatch rows : scratch.rows) {
      rows.x[0] = 1;
      rows.x[1] = -2;
      Arrays.fill(rows.wide, 0.5f);
      rows.targets[0] = 9;
      rows.weights[0] = weight;
    }
    return members.learn(false, scratch);
  }

  @Test
  void aStepThatWouldMakeWeightsInfiniteIsSkippedAndChangesNothing() throws IOException {
    assertThat(learn(1f)).isTrue();
    byte[] before = bytes();

    for (float weight : new float[] {1e20f, Float.POSITIVE_INFINITY, Float.NaN}) {
      assertThat(learn(weight)).as("weight %s", weight).isFalse();
      assertThat(bytes()).isEqualTo(before);
    }

    assertThat(learn(1f)).isTrue();
    assertThat(bytes()).isNotEqualTo(before);
  }
}
