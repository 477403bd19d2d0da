package dev.millrace.codec;

import dev.millrace.data.Sha256;
import dev.millrace.prequential.TrainSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Splits a model into records of the models topic: one, or several if it is larger than brokers
 * accept by default.
 *
 * <p>The model key is the key of the only record or of the head, which is written last; the other
 * parts have keys of their own, so that compaction keeps the newest of each. Every part has the
 * digest of the whole model, so that {@link ModelAssembler} never mixes the parts of two models.
 */
public final class ModelParts {
  /**
   * Max bytes of a part: with key and headers less than the brokers' default of 1 MiB a message.
   */
  public static final int PART_BYTES = 1_000_000;

  /** Max number of parts: the bytes of a model are one array. */
  public static final int MAX_PARTS = Integer.MAX_VALUE / PART_BYTES + 1;

  /** Header with the name of the pipeline. */
  public static final String PIPELINE_HEADER = "millrace.pipeline";

  /** Header with the hash of the configuration. */
  public static final String CONFIG_HEADER = "millrace.config.hash";

  /** Header of a model in parts: the digest of all its bytes. */
  public static final String DIGEST_HEADER = "millrace.digest";

  /** Header of a head: the number of parts, including itself. */
  public static final String PARTS_HEADER = "millrace.parts";

  // No model key starts with it, because it never occurs in UTF-8. Next come the number of the part
  // and the model key.
  private static final byte PART_MARK = (byte) 0xFF;
  private static final int PREFIX_BYTES = 1 + Integer.BYTES;
  private static final int DIGEST_DIGITS = 32;

  private ModelParts() {}

  /** Returns the number of parts of a model. */
  public static int count(TrainSpec spec, byte[] model) {
    int bytes = partBytes(spec);
    return Math.max(1, (model.length + bytes - 1) / bytes);
  }

  /** Returns {@link #PART_BYTES}, or less if the topics accept less. */
  private static int partBytes(TrainSpec spec) {
    return Math.min(PART_BYTES, spec.input().limits().outputValueBytes());
  }

  /** Returns the records of a model, in the order of writing. */
  public static List<OutputRecord> split(TrainSpec spec, String key, long timestamp, byte[] model) {
    byte[] keyBytes = utf8(key);
    byte[][] origin = {utf8(spec.pipeline()), utf8(spec.configHash())};
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

  /** Returns the tombstones of parts {@code from} to below {@code to}; part 0 is the head. */
  public static List<OutputRecord> tombstones(
      TrainSpec spec, String key, long timestamp, int from, int to) {
    byte[] keyBytes = utf8(key);
    String[] names = {PIPELINE_HEADER, CONFIG_HEADER};
    byte[][] values = {utf8(spec.pipeline()), utf8(spec.configHash())};
    List<OutputRecord> records = new ArrayList<>();
    for (int part = from; part < to; part++) {
      byte[] recordKey = part == 0 ? keyBytes : partKey(keyBytes, part);
      records.add(new OutputRecord(timestamp, recordKey, null, names, values));
    }
    return records;
  }

  /** Returns true if a record's key is that of a part other than the head. */
  public static boolean isPart(byte[] recordKey) {
    return recordKey.length >= PREFIX_BYTES && recordKey[0] == PART_MARK;
  }

  /** Returns the number of the part that a record's key names; 0 for a head. */
  public static int number(byte[] recordKey) {
    return isPart(recordKey) ? ByteBuffer.wrap(recordKey).getInt(1) : 0;
  }

  /** Returns the bytes of the model key in a record's key. */
  public static byte[] modelKey(byte[] recordKey) {
    return isPart(recordKey)
        ? Arrays.copyOfRange(recordKey, PREFIX_BYTES, recordKey.length)
        : recordKey;
  }

  /** Returns the digest of a model. */
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
