package dev.millrace.cli.tensorboard;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of TensorBoard's scalars: records of TensorFlow's {@code TFRecord} framing, each with an
 * {@code Event} message (tensorflow/core/util/event.proto). It is opened for each event, since
 * there may be more of them than a process may have open.
 */
final class EventsFile {
  private static final String VERSION = "brain.Event:2";

  // Fields of Event, Summary and Summary.Value.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;

  private static final int MASK_DELTA = 0xa282ead8;

  private final Path file;

  /** Begins a file, and makes its directory. */
  EventsFile(Path file, double seconds) {
    this.file = file;
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    append(
        message(
            event -> {
              event.writeDouble(WALL_TIME, seconds);
              event.writeString(FILE_VERSION, VERSION);
            }));
  }

  /**
   * Adds the scalars of one step.
   *
   * @param seconds since the epoch
   */
  void add(double seconds, long step, Map<String, Double> scalars) {
    byte[] summary =
        message(
            out -> {
              for (Map.Entry<String, Double> scalar : scalars.entrySet()) {
                out.writeByteArray(VALUE, value(scalar.getKey(), scalar.getValue()));
              }
            });
    append(
        message(
            event -> {
              event.writeDouble(WALL_TIME, seconds);
              event.writeInt64(STEP, step);
              event.writeByteArray(SUMMARY, summary);
            }));
  }

  private static byte[] value(String tag, double number) {
    return message(
        out -> {
          out.writeString(TAG, tag);
          out.writeFloat(SIMPLE_VALUE, (float) number);
        });
  }

  private void append(byte[] event) {
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    length.putLong(event.length);
    ByteBuffer record =
        ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + event.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(length.array())
            .putInt(maskedCrc(length.array()))
            .put(event)
            .putInt(maskedCrc(event));
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(record.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The check sum of TFRecord: CRC-32C, rotated and shifted, so that it may be summed itself. */
  static int maskedCrc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // never of memory
    }
    return bytes.toByteArray();
  }
}
