package dev.millrace.prequential.rows;

import dev.millrace.data.Chunk;

/**
 * Decides which examples are held out for validation: a fraction of them by a hash of key and id,
 * or without an id by a hash of key, features and label. The same examples are held out on every
 * replay, in every epoch, and however the records were sent.
 */
public final class HoldoutSplit {

  private HoldoutSplit() {}

  /**
   * Returns true if an example is held out.
   *
   * @param features of the row; not read if it has an id
   * @param fraction of the examples that are held out, 0 to 1
   */
  public static boolean isHeldOut(Chunk chunk, int row, float[] features, double fraction) {
    // 53 bits are what a double holds of a fraction.
    String id = chunk.id(row);
    long hash = id != null ? hash(chunk.key(), id) : hash(chunk, row, features);
    return fraction > 0 && (hash >>> 11) * 0x1p-53 < fraction;
  }

  private static long hash(String key, String id) {
    long hash = mix(key.hashCode());
    for (int i = 0; i < id.length(); i++) {
      hash = mix(hash ^ id.charAt(i));
    }
    return hash;
  }

  private static long hash(Chunk chunk, int row, float[] features) {
    long hash = mix(chunk.key().hashCode());
    for (int i = 0; i < chunk.width(); i++) {
      hash = mix(hash ^ Float.floatToIntBits(features[i]));
    }
    return mix(
        hash
            ^ (chunk.isClassification()
                ? chunk.label(chunk.labelOf(row)).hashCode()
                : Double.doubleToLongBits(chunk.target(row))));
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) after its step. */
  private static long mix(long bits) {
    long z = bits + 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
