package dev.millrace.data;

import java.nio.charset.StandardCharsets;

/**
 * Hashes ids to 64 bits: SipHash-1-3 under a key that follows from the column, so that equal texts
 * in two columns are two ids. The same in every process, unlike {@link SipHash}. Not thread-safe.
 */
public final class IdHash {
  private static final long KEY = 0x6D696C6C72616365L;
  private static final long PAIR = 0x9E3779B97F4A7C15L;

  private final SipHash hash;

  /** Creates the hash of a column. */
  public IdHash(String column) {
    byte[] name = column.getBytes(StandardCharsets.UTF_8);
    hash = new SipHash(new SipHash(KEY, ~KEY).hash(name, name.length), KEY);
  }

  /** Returns the id of a text, its first bytes in UTF-8. */
  public long of(byte[] utf8, int length) {
    return of(utf8, 0, length);
  }

  /** Returns the id of a text, bytes of an array in UTF-8. */
  public long of(byte[] utf8, int from, int length) {
    return hash.hash(utf8, from, length);
  }

  /** Returns the id of a pair of ids in this order. */
  public static long ofPair(long first, long second) {
    return mix((first ^ first >>> 32) * PAIR + second);
  }

  /** The finalizer of MurmurHash3: each bit of the result depends on each bit of the value. */
  static long mix(long value) {
    long mixed = (value ^ value >>> 33) * 0xFF51AFD7ED558CCDL;
    mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
    return mixed ^ mixed >>> 33;
  }
}
