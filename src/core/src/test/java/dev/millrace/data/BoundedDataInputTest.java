package dev.millrace.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Numbers are read as the JDK writes them, and what cannot be so is said before it is made. */
class BoundedDataInputTest {

  @Test
  void readsWhatADataOutputWrote() throws IOException {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(written);
    out.writeBoolean(true);
    out.writeByte(-3);
    out.writeByte(200);
    out.writeShort(-30_000);
    out.writeShort(60_000);
    out.writeChar('é');
    out.writeInt(Integer.MIN_VALUE + 5);
    out.writeLong(Long.MAX_VALUE - 7);
    out.writeFloat(-0f);
    out.writeDouble(Math.PI);
    out.writeUTF("kéy €");
    out.write(new byte[] {1, 2, 3});
    BoundedDataInput in = new BoundedDataInput(written.toByteArray());

    assertThat(in.readBoolean()).isTrue();
    assertThat(in.readByte()).isEqualTo((byte) -3);
    assertThat(in.readUnsignedByte()).isEqualTo(200);
    assertThat(in.readShort()).isEqualTo((short) -30_000);
    assertThat(in.readUnsignedShort()).isEqualTo(60_000);
    assertThat(in.readChar()).isEqualTo('é');
    assertThat(in.readInt()).isEqualTo(Integer.MIN_VALUE + 5);
    assertThat(in.readLong()).isEqualTo(Long.MAX_VALUE - 7);
    assertThat(Float.floatToRawIntBits(in.readFloat())).isEqualTo(Float.floatToRawIntBits(-0f));
    assertThat(in.readDouble()).isEqualTo(Math.PI);
    assertThat(in.readUTF()).isEqualTo("kéy €");
    byte[] rest = new byte[3];
    in.readFully(rest);
    assertThat(rest).containsExactly(1, 2, 3);
    assertThat(in.left()).isZero();
  }

  @Test
  void goesBackAndSkipsNoFartherThanTheEnd() throws IOException {
    BoundedDataInput in = new BoundedDataInput(new byte[] {1, 2, 3, 4});
    in.readShort();

    assertThat(in.position()).isEqualTo(2);
    assertThat(in.skipBytes(9)).isEqualTo(2);
    in.seek(1);
    assertThat(in.readByte()).isEqualTo((byte) 2);
    assertThatThrownBy(() -> in.seek(5)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void saysWhereTheBytesEnd() {
    BoundedDataInput in = new BoundedDataInput(new byte[5]);

    assertThatThrownBy(in::readLong)
        .isInstanceOf(EOFException.class)
        .hasMessage("the bytes end after 5, where 3 more are needed; they are cut off or damaged");
  }

  @Test
  void aCountIsCheckedAgainstWhatThereMayBeAndAgainstTheBytesLeft() {
    assertThatThrownBy(() -> SizeChecks.read(of(-1, 0), "classes", 10, 1))
        .hasMessage("classes: -1, where 0 to 4 are possible; the bytes are damaged");
    assertThatThrownBy(() -> SizeChecks.read(of(11, 16), "classes", 10, 1))
        .hasMessage("classes: 11, where 0 to 10 are possible; the bytes are damaged");
    assertThatThrownBy(() -> SizeChecks.read(of(3, 16), "times", 10, 8))
        .hasMessage("times: 3, where 0 to 2 are possible; the bytes are damaged");
    assertThatThrownBy(() -> SizeChecks.require("rows", 3, 4))
        .hasMessage("rows: 3, where 4 is possible; the bytes are damaged");
    assertThatThrownBy(() -> SizeChecks.requireBytes(of(0, 4), "a model", 9))
        .hasMessage("a model: 9 bytes, of which 8 are there; the bytes are cut off or damaged");
  }

  @Test
  void bytesOfAnInputOfUnknownLengthGetRoomAsTheyCome() throws IOException {
    byte[] written = new byte[(5 << 20) + 3];
    written[written.length - 1] = 9;
    byte[] stored =
        ByteBuffer.allocate(4 + written.length).putInt(written.length).put(written).array();

    assertThat(SizeChecks.readBytes(stream(stored), "model")).isEqualTo(written);
    assertThat(SizeChecks.readBytes(new BoundedDataInput(stored), "model")).isEqualTo(written);
    // As many as no heap of a test has.
    byte[] damaged = ByteBuffer.allocate(100).putInt(Integer.MAX_VALUE - 8).array();
    assertThatThrownBy(() -> SizeChecks.readBytes(stream(damaged), "model"))
        .isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> SizeChecks.readBytes(new BoundedDataInput(damaged), "model"))
        .hasMessage("model: 2147483639, where 0 to 96 are possible; the bytes are damaged");
  }

  private static DataInputStream stream(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }

  /** A count, and so many bytes behind it, at least 4. */
  private static BoundedDataInput of(int count, int behind) {
    return new BoundedDataInput(ByteBuffer.allocate(4 + Math.max(4, behind)).putInt(count).array());
  }
}
