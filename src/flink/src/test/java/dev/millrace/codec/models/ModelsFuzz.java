package dev.millrace.codec.models;

import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.KafkaRecord;
import dev.millrace.prequential.key.ModelSnapshot;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Whatever stands on the models topic, it is a model, a part of one, or neither. */
public final class ModelsFuzz {
  private static final String[] HEADERS = {
    ModelParts.PIPELINE_HEADER,
    ModelParts.CONFIG_HEADER,
    ModelParts.DIGEST_HEADER,
    ModelParts.PARTS_HEADER,
    ModelParts.SEGMENTS_HEADER
  };
  private static final int NONE = 0xFFFF;

  private ModelsFuzz() {}

  /**
   * What Jazzer calls; an exception is a find. The input is records one after another: the length
   * of the key and the key, the same of each header and of the value. A length is two bytes, of
   * which 65535 stands for none.
   */
  public static void fuzzerTestOneInput(byte[] bytes) {
    ModelAssembler topic = ModelAssembler.unlimited();
    for (KafkaRecord record : records(bytes)) {
      try {
        Arrival arrival = topic.accept(record);
        if (arrival != null && !arrival.isForgotten()) {
          ModelSnapshot.decode(
              arrival.pipeline(), arrival.config(), arrival.key(), arrival.bytes());
        }
      } catch (IOException e) {
        // No record of a model.
      }
    }
  }

  private static List<KafkaRecord> records(byte[] bytes) {
    List<KafkaRecord> records = new ArrayList<>();
    BoundedDataInput in = new BoundedDataInput(bytes);
    try {
      while (in.left() > 0) {
        byte[] key = string(in);
        byte[][] values = new byte[HEADERS.length][];
        for (int h = 0; h < values.length; h++) {
          values[h] = string(in);
        }
        int place = records.size();
        records.add(new KafkaRecord("models", 0, place, 0, key, string(in), HEADERS, values));
      }
    } catch (EOFException e) {
      // The last one is not whole.
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return records;
  }

  private static byte[] string(BoundedDataInput in) throws IOException {
    int length = in.readUnsignedShort();
    if (length == NONE) {
      return null;
    }
    byte[] string = new byte[Math.min(length, in.left())];
    in.readFully(string);
    return string;
  }
}
