package dev.millrace.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
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
    private double[] packedSized = {};
    private final byte[] bytes = new byte[2];
    private final int[] integers = new int[2];
    private final int[] shorts = new int[2];
    private final long[] longs = new long[2];
    private final double[] doubles = new double[1_000]; // more than one block
    private final double[] packedDoubles = new double[2];
    private final float[] odd = new float[2];
    private final float[] even = new float[2];
    private byte[] sizedBytes = {};
    private float[] sizedFloats = {};
    private double[] sizedDoubles = {};
    private long[] sizedLongs = {};
    private Long value = 0L;
    private int integer;
    private long large;
    private double doubled;
    private int small;
    private int unsignedShort;
    private float anySingle = Float.NaN;
    private int things;
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
      packedSized = v.packedSized("numbers", packedSized, 5);
      v.numbers(bytes, 0, bytes.length);
      v.numbers(integers, 0, integers.length);
      v.unsignedShorts(shorts);
      v.numbers(longs);
      v.numbers(doubles);
      v.packed(packedDoubles, 0, packedDoubles.length);
      v.alternating(odd, even);
      sizedBytes = v.sized("bytes", sizedBytes, 5);
      sizedFloats = v.sized("floats", sizedFloats, 5);
      sizedDoubles = v.sized("doubles", sizedDoubles, 5);
      sizedLongs = v.sized("longs", sizedLongs, 5);
      value = v.value(value, (number, out) -> out.writeLong(number), in -> in.readLong());
      integer = v.number(integer);
      large = v.number("large", large, 0, Long.MAX_VALUE);
      doubled = v.number(doubled);
      small = v.small("small", small, -5, 5);
      unsignedShort = v.unsignedShort(unsignedShort);
      anySingle = v.anyNumber(anySingle);
      things = v.count("things", things, 9, 1);
      v.requireBytes("things", things);
      v.numbers(bytes, 0, things);
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
    full.packedSized = new double[] {10, 11.5};
    full.bytes[1] = -13;
    full.integers[1] = -14;
    full.shorts[1] = 65_535;
    full.longs[1] = 1L << 40;
    Arrays.setAll(full.doubles, i -> i / 8.0);
    full.packedDoubles[0] = 1.25;
    full.packedDoubles[1] = 300;
    full.odd[0] = 15;
    full.even[1] = 16;
    full.sizedBytes = new byte[] {17};
    full.sizedFloats = new float[] {18, 19};
    full.sizedDoubles = new double[] {20};
    full.sizedLongs = new long[] {21, 22, 23};
    full.value = 24L;
    full.integer = 25;
    full.large = 1L << 41;
    full.doubled = 26;
    full.small = -5;
    full.unsignedShort = 40_000;
    full.things = 2;
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
    assertThat(read.sizedLongs).containsExactly(21, 22, 23);
    assertThat(read.shorts[1]).isEqualTo(65_535);
    assertThat(read.large).isEqualTo(1L << 41);
    assertThat(read.small).isEqualTo(-5);
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
    copy.packedSized[0]++;
    copy.bytes[1]++;
    copy.integers[1]++;
    copy.shorts[1]--;
    copy.longs[1]++;
    copy.doubles[999]++;
    copy.packedDoubles[0]++;
    copy.even[1]++;
    copy.sizedBytes[0]++;
    copy.sizedFloats[0]++;
    copy.sizedDoubles[0]++;
    copy.sizedLongs[0]++;
    copy.builder.append("more");
    assertThat(bytes(full)).isEqualTo(before);
  }

  @Test
  void arraysAreWrittenAsTheirNumbersAre() throws IOException {
    float[] floats = {-0f, Float.intBitsToFloat(0xFFC00001), Float.MIN_VALUE};
    double[] doubles = {-0.0, Double.longBitsToDouble(0xFFF8000000000001L), Double.MIN_VALUE};
    int[] shorts = {1, 40_000};
    State arrays =
        v -> {
          v.numbers(floats, 1, 3);
          v.numbers(doubles, 1, 3);
          v.unsignedShorts(shorts);
        };
    State numbers =
        v -> {
          v.number(floats[1]);
          v.number(floats[2]);
          v.number(doubles[1]);
          v.number(doubles[2]);
          v.unsignedShort(shorts[0]);
          v.unsignedShort(shorts[1]);
        };

    assertThat(bytes(arrays)).isEqualTo(bytes(numbers));
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

  @Test
  void theBytesOfArraysAreMeasuredAsAWhole() {
    State partOfAnArray = v -> v.numbers(new float[16], 2, 5);
    State ofEveryType =
        v -> {
          v.number(1);
          v.numbers(new byte[3], 0, 1);
          v.numbers(new int[2], 0, 2);
          v.numbers(new long[2]);
          v.alternating(new double[4], new double[4]);
          v.value("", (value, out) -> out.writeUTF(value), in -> in.readUTF());
        };

    assertThat(ArrayBytes.of(partOfAnArray)).isEqualTo(16 * 4);
    assertThat(ArrayBytes.of(ofEveryType)).isEqualTo(3 + 2 * 4 + 2 * 8 + 2 * 4 * 8);
  }
}
