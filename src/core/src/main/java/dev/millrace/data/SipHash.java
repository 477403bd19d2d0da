package dev.millrace.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * SipHash-1-3 under a secret key, for hash tables whose entries strangers choose: without the key
 * no texts that collide can be found. Not thread-safe.
 *
 * <p>Hashes under the secret key differ from process to process, so no output and no stored state
 * may depend on them. See Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
 */
public final class SipHash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long SECRET_0;
  private static final long SECRET_1;

  static {
    SecureRandom random = new SecureRandom();
    SECRET_0 = random.nextLong();
    SECRET_1 = random.nextLong();
  }

  private final long key0;
  private final long key1;
  private long v0;
  private long v1;
  private long v2;
  private long v3;

  /** Hashes under the key of this process. */
  public SipHash() {
    this(SECRET_0, SECRET_1);
  }

  SipHash(long key0, long key1) {
    this.key0 = key0;
    this.key1 = key1;
  }

  /** Returns the hash of the first bytes of an array. */
  public long hash(byte[] bytes, int length) {
    return hash(bytes, 0, length);
  }

  /** Returns the hash of some bytes of an array. */
  public long hash(byte[] bytes, int from, int length) {
    begin();
    int whole = from + (length & -Long.BYTES);
    for (int i = from; i < whole; i += Long.BYTES) {
      add((long) LONG.get(bytes, i));
    }
    long last = (long) length << 56;
    for (int i = whole; i < from + length; i++) {
      last |= (bytes[i] & 0xFFL) << (8 * (i - whole));
    }
    add(last);
    return finish();
  }

  /** Returns the hash of a text, another one than that of its UTF-8 bytes. */
  public long hash(String text) {
    begin();
    int length = text.length();
    int whole = length & -4;
    for (int i = 0; i < whole; i += 4) {
      add(
          text.charAt(i)
              | (long) text.charAt(i + 1) << 16
              | (long) text.charAt(i + 2) << 32
              | (long) text.charAt(i + 3) << 48);
    }
    long last = (long) length << 56;
    for (int i = whole; i < length; i++) {
      last |= (long) text.charAt(i) << (16 * (i - whole));
    }
    add(last);
    return finish();
  }

  /** Returns the hash of a number, without the length that ends a text. */
  public long hash(long value) {
    begin();
    add(value);
    return finish();
  }

  private void begin() {
    v0 = key0 ^ 0x736F6D6570736575L;
    v1 = key1 ^ 0x646F72616E646F6DL;
    v2 = key0 ^ 0x6C7967656E657261L;
    v3 = key1 ^ 0x7465646279746573L;
  }

  private void add(long word) {
    v3 ^= word;
    round();
    v0 ^= word;
  }

  private long finish() {
    v2 ^= 0xFF;
    round();
    round();
    round();
    return v0 ^ v1 ^ v2 ^ v3;
  }

  private void round() {
    long a = v0 + v1;
    long b = Long.rotateLeft(v1, 13) ^ a;
    long c = v2 + v3;
    long d = Long.rotateLeft(v3, 16) ^ c;
    a = Long.rotateLeft(a, 32) + d;
    c += b;
    v0 = a;
    v1 = Long.rotateLeft(b, 17) ^ c;
    v2 = Long.rotateLeft(c, 32);
    v3 = Long.rotateLeft(d, 21) ^ a;
  }
}
