package dev.millrace.nn;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.NetworkSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Bytes of learners, and what is in them. */
final class StoredModel {

  private StoredModel() {}

  static byte[] bytes(Learner learner) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      learner.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static Learner read(byte[] bytes, NetworkSpec spec, Task task) throws IOException {
    return Learner.read(new DataInputStream(new ByteArrayInputStream(bytes)), spec, task);
  }

  static Learner restored(Learner learner, NetworkSpec spec, Task task) {
    try {
      return read(bytes(learner), spec, task);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the parameters start: behind version, shape, inputs, classes and key. */
  static int parametersOffset(byte[] bytes) {
    int shape = ByteBuffer.wrap(bytes).getShort(Integer.BYTES) & 0xFFFF;
    return Integer.BYTES + Short.BYTES + shape + 2 * Integer.BYTES + Long.BYTES;
  }

  /** Weights and biases, layer after layer, without padding. */
  static double[] parameters(Learner learner, int count) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes(learner)))) {
      in.readInt();
      in.readUTF();
      in.readInt();
      in.readInt();
      in.readLong();
      double[] parameters = new double[count];
      for (int i = 0; i < count; i++) {
        parameters[i] = in.readFloat();
      }
      return parameters;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
