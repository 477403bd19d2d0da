package dev.millrace.codec;

import dev.millrace.data.Sha256;
import dev.millrace.prequential.TrainSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How a model becomes records of the models topic: one, or several where it is larger than brokers
 * take by default.
 *
 * <p>The model key is the key of the only record, or of the last one that is written, the head; the
 * other parts have keys of their own, so that compaction keeps the newest of each. Every part names
 * the digest of the whole model: a reader puts together what has the same digest, which is never a
 * mixture of two models. {@link ModelAssembler} does so.
 */
public final class ModelParts {
  /**
   * Bytes of a part at most: with key and headers below the brokers' default of 1 MiB a message.
   */
  public static final int PART_BYTES = 1_000_000;

  /** Parts of a model at most: its bytes are one array. */
  public static final int MOST = Integer.MAX_VALUE / PART_BYTES + 1;

  /** Header that names the pipeline. */
  public static final String PIPELINE_HEADER = "millrace.pipeline";

  /** Header that names the configuration. */
  public static final String CONFIG_HEADER = "millrace.config.hash";

  /** Header of a model in parts: the digest of all its bytes. */
  public static final String DIGEST_HEADER = "millrace.digest";

  /** Header of a head: in how many parts the model is, itself included. */
  public static final String PARTS_HEADER = "millrace.parts";

  // No model key begins with it: it never occurs in UTF-8. The number of the part follows, then
  // the model key.
  private static final byte PART_MARK = (byte) 0xFF;
  private static final int PREFIX_BYTES = 1 + Integer.BYTES;
  private static final int DIGEST_DIGITS = 32;

  private ModelParts() {}

  /** In how many parts a model is written. */
  public static int count(TrainSpec spec, byte[] model) {
    int bytes = partBytes(spec);
    return Math.max(1, (model.length + bytes - 1) / bytes);
  }

  /** Less than {@link #PART_BYTES} where the topics take less. */
  private static int partBytes(TrainSpec spec) {
    return Math.min(PART_BYTES, spec.input().limits().outputValueBytes());
  }

  /** The records of a model, in the order in which they are to be written. */
  public static List<OutputRecord> split(TrainSpec spec, String key, long timestamp, byte[] model) {
    byte[] keyBytes = utf8(key);
    byte[][] origin = {utf8(spec.pipeline()), utf8(spec.config())};
    int parts = count(spec, model);
    if (parts == 1) {
      String[] names = {PIPELINE_HEADER, CONFIG_HEADER};
      return List.of(new OutputRecord(timestamp, keyBytes, model, names, origin));
    }
    byte[] digest = utf8(digest(model));
    List<OutputRecord> records = new ArrayList<>(parts);
    String[] names = {PIPELINE_HEADER, CONFIG_HEADER, DIGEST_HEADER};
    byte[][] values = {origin[0], origin[1], digest};
    for (int part = 1; part < parts; part++) {
      byte[] slice = slice(spec, model, part);
      records.add(new OutputRecord(timestamp, partKey(keyBytes, part), slice, names, values));
    }
    String[] headNames = {PIPELINE_HEADER, CONFIG_HEADER, DIGEST_HEADER, PARTS_HEADER};
    byte[][] headValues = {origin[0], origin[1], digest, utf8(Integer.toString(parts))};
    records.add(
        new OutputRecord(timestamp, keyBytes, slice(spec, model, 0), headNames, headValues));
    return records;
  }

  /** The tombstones of parts {@code from} to below {@code to}; part 0 is the head. */
  public static List<OutputRecord> tombstones(
      TrainSpec spec, String key, long timestamp, int from, int to) {
    byte[] keyBytes = utf8(key);
    String[] names = {PIPELINE_HEADER, CONFIG_HEADER};
    byte[][] values = {utf8(spec.pipeline()), utf8(spec.config())};
    List<OutputRecord> records = new ArrayList<>();
    for (int part = from; part < to; part++) {
      byte[] recordKey = part == 0 ? keyBytes : partKey(keyBytes, part);
      records.add(new OutputRecord(timestamp, recordKey, null, names, values));
    }
    return records;
  }

  /** Whether a record's key is that of a part other than the head. */
  public static boolean isPart(byte[] recordKey) {
    return recordKey.length >= PREFIX_BYTES && recordKey[0] == PART_MARK;
  }

  /** The number of the part that a record's key names; 0 for a head. */
  public static int number(byte[] recordKey) {
    return isPart(recordKey) ? ByteBuffer.wrap(recordKey).getInt(1) : 0;
  }

  /** The bytes of the model key in a record's key. */
  public static byte[] modelKey(byte[] recordKey) {
    return isPart(recordKey)
        ? Arrays.copyOfRange(recordKey, PREFIX_BYTES, recordKey.length)
        : recordKey;
  }

  /** Names the content of a model. */
  public static String digest(byte[] model) {
    return Sha256.hex(model).substring(0, DIGEST_DIGITS);
  }

  private static byte[] partKey(byte[] key, int part) {
    return ByteBuffer.allocate(PREFIX_BYTES + key.length)
        .put(PART_MARK)
        .putInt(part)
        .put(key)
        .array();
  }

  private static byte[] slice(TrainSpec spec, byte[] model, int part) {
    int bytes = partBytes(spec);
    int from = part * bytes;
    return Arrays.copyOfRange(model, from, Math.min(model.length, from + bytes));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
