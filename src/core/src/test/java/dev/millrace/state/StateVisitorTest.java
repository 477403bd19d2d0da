package dev.millrace.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One visit of the fields writes them, reads them, copies them, and finds what is not finite. */
class StateVisitorTest {

  private static final class Part implements State {
    private double value;

    @Override
    public void visit(StateVisitor v) throws IOException {
      value = v.number(value);
    }
  }

  /** Has a field of each kind. */
  private static final class Everything implements State {
    private final float[] fixed = new float[3];
    private final double[] first = new double[2];
    private final double[] second = new double[2];
    private final Part part = new Part();
    private final @Nullable Part optional;
    private @Nullable Part nullable;
    private @Nullable Long boxed;
    private boolean flag;
    private int number;
    private long whole;
    private float single;
    private double packed;
    private double any = Double.NaN;
    private String text = "";
    private double[] sized = {};
    private StringBuilder builder = new StringBuilder();
    private int unstored;

    Everything(boolean hasOptional) {
      optional = hasOptional ? new Part() : null;
    }

    @Override
    public void visit(StateVisitor v) throws IOException {
      v.numbers(fixed);
      v.alternating(first, second);
      part.visit(v);
      v.optional(optional, Part::new);
      nullable = v.nullable(nullable, Part::new);
      boxed = v.nullable(boxed, (value, out) -> out.writeLong(value), in -> in.readLong());
      flag = v.flag(flag);
      number = v.number("number", number, 0, 9);
      whole = v.packed(whole);
      single = v.number(single);
      packed = v.packed(packed);
      any = v.anyNumber(any);
      text = v.text(text);
      sized = v.packedSized("numbers", sized, 5);
      builder =
          v.custom(
              builder,
              (value, out) -> out.writeUTF(value.toString()),
              in -> new StringBuilder(in.readUTF()),
              StringBuilder::new);
      unstored = v.unstored(unstored);
    }
  }

  private static Everything full() {
    Everything full = new Everything(true);
    full.fixed[1] = 1.5f;
    full.first[0] = 1;
    full.second[0] = 2;
    full.first[1] = 3;
    full.part.value = 5;
    full.nullable = new Part();
    full.boxed = 6L;
    full.flag = true;
    full.number = 7;
    full.whole = 300;
    full.single = 8.5f;
    full.packed = 9;
    full.text = "text";
    full.sized = new double[] {10, 11.5};
    full.builder.append("built");
    full.unstored = 12;
    return full;
  }

  private static byte[] bytes(State state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static Everything read(byte[] bytes, boolean hasOptional) throws IOException {
    return State.read(new BoundedDataInput(bytes), new Everything(hasOptional));
  }

  @Test
  void restoredStateIsWrittenAsTheSameBytes() throws IOException {
    byte[] bytes = bytes(full());

    Everything read = read(bytes, true);

    assertThat(bytes(read)).isEqualTo(bytes);
    assertThat(read.unstored).isZero();
  }

  @Test
  void aCopyHasAllThatIsStoredAndItsOwnArraysAndParts() throws IOException {
    Everything full = full();
    byte[] before = bytes(full);

    Everything copy = State.copy(full, new Everything(true));

    assertThat(bytes(copy)).isEqualTo(before);
    assertThat(copy.unstored).isEqualTo(12);
    copy.fixed[1]++;
    copy.second[0]++;
    copy.part.value++;
    copy.sized[0]++;
    copy.builder.append("more");
    assertThat(bytes(full)).isEqualTo(before);
  }

  @Test
  void anOptionalPartOfOtherSettingsIsReadAndDiscarded() throws IOException {
    assertThat(read(bytes(full()), false).optional).isNull();
    assertThat(read(bytes(new Everything(false)), true).optional).isNotNull();
    assertThat(read(bytes(full()), false).text).isEqualTo("text");
  }

  @Test
  void aValueThatIsReadIsChecked() throws IOException {
    Everything wrong = full();
    wrong.number = 10;
    byte[] bytes = bytes(wrong);

    assertThatThrownBy(() -> read(bytes, true))
        .isInstanceOf(IOException.class)
        .hasMessage("number: 10, where 0 to 9 are possible; the bytes are damaged");
    assertThat(State.copy(wrong, new Everything(true)).number).isEqualTo(10);
  }

  @Test
  void aCopyWithOtherPartsIsAnError() {
    UnaryOperator<Everything> copy = from -> State.copy(from, new Everything(false));
    State longer =
        v -> {
          full().visit(v);
          v.flag(v.isFilling());
        };

    assertThat(copy.apply(full()).optional).isNull();
    assertThatThrownBy(() -> State.copy(longer, new Everything(true)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("has other parts");
  }

  @Test
  void aNumberThatMustBeFiniteIsFound() {
    Everything full = full();

    assertThat(State.isFinite(full)).isTrue();
    full.fixed[2] = Float.NaN;
    assertThat(State.isFinite(full)).isFalse();
  }
}
