package dev.millrace.nn.auto.rows;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.auto.AutoModels;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.AutoSpec.Tier;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ClassTargetTest {

  @Test
  void aStoredPreviousClassThatIsUnknownIsDamage() throws IOException {
    ClassTarget target = new ClassTarget(3);
    Row row = AutoModels.emptyRow(AutoSpec.of(Tier.FAST), Task.MULTICLASS, 1, 3);
    row.weight = 1f;
    target.learn(2, row);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    target.write(new DataOutputStream(bytes));
    byte[] stored = bytes.toByteArray();
    // Without the weight of the last class.
    byte[] cut = new byte[stored.length - Double.BYTES];
    System.arraycopy(stored, 0, cut, 0, 2 * Double.BYTES);
    System.arraycopy(stored, 3 * Double.BYTES, cut, 2 * Double.BYTES, Integer.BYTES);

    assertThatThrownBy(() -> State.read(new BoundedDataInput(cut), new ClassTarget(2)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stored previous class");
  }
}
