package dev.millrace.codec.text;

import dev.millrace.data.SipHash;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Caches the Strings of model keys and classes, so that records do not allocate them. Not
 * thread-safe.
 *
 * <p>A hash table with open addressing (linear probing, at most half full): with many keys, each
 * access to another object is a cache miss, and a lookup has one, to the bytes of the text.
 * Producers choose the texts, so the hash has a secret key, and a text too far from its slot is not
 * cached.
 */
public final class TextCache {
  private static final long MAX_BYTES = 8L << 20;
  private static final int FIRST_SLOTS = 64;
  // Reached by 4 texts in a million when the table is fullest.
  private static final int MAX_PROBES = 64;

  private final SipHash sipHash = new SipHash();
  private int[] hashes = new int[FIRST_SLOTS];
  // Null if the slot is free.
  private byte[][] texts = new byte[FIRST_SLOTS][];
  private String[] strings = new String[FIRST_SLOTS];
  private int size;
  private long bytesHeld;

  /** Returns the first bytes of an array as a String, null if they are not UTF-8. */
  public @Nullable String get(byte[] bytes, int length) {
    int hash = (int) sipHash.hash(bytes, length);
    int slot = find(hash, bytes, length);
    return slot >= 0 && texts[slot] != null ? strings[slot] : decode(hash, bytes, length);
  }

  /** Returns the slot of a text or a free slot for it, -1 if there is none near its hash. */
  private int find(int hash, byte[] bytes, int length) {
    int mask = texts.length - 1;
    int slot = hash & mask;
    for (int probes = MAX_PROBES; probes > 0; probes--) {
      if (texts[slot] == null
          || (hashes[slot] == hash
              && Arrays.equals(texts[slot], 0, texts[slot].length, bytes, 0, length))) {
        return slot;
      }
      slot = slot + 1 & mask;
    }
    return -1;
  }

  private @Nullable String decode(int hash, byte[] bytes, int length) {
    byte[] text = Arrays.copyOf(bytes, length);
    String decoded;
    try {
      decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException e) {
      return null; // the caller knows the field
    }
    // An entry needs about a hundred bytes in addition to its text.
    bytesHeld += 100 + 2L * length;
    if (bytesHeld > MAX_BYTES) {
      Arrays.fill(texts, null);
      Arrays.fill(strings, null);
      size = 0;
      bytesHeld = 0;
    }
    put(hash, text, decoded);
    return decoded;
  }

  private void put(int hash, byte[] text, String string) {
    if (2 * size >= texts.length) {
      grow();
    }
    int slot = find(hash, text, text.length);
    if (slot >= 0) {
      hashes[slot] = hash;
      texts[slot] = text;
      strings[slot] = string;
      size++;
    }
  }

  private void grow() {
    int[] oldHashes = hashes;
    byte[][] oldTexts = texts;
    String[] oldStrings = strings;
    hashes = new int[2 * oldHashes.length];
    texts = new byte[2 * oldTexts.length][];
    strings = new String[2 * oldStrings.length];
    size = 0;
    for (int i = 0; i < oldTexts.length; i++) {
      if (oldTexts[i] != null) {
        put(oldHashes[i], oldTexts[i], oldStrings[i]);
      }
    }
  }
}
