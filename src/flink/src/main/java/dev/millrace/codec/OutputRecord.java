package dev.millrace.codec;

import dev.millrace.data.PublicApi;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A record for an output topic.
 *
 * @param timestamp event time in milliseconds since the epoch
 * @param value null for a tombstone
 */
@PublicApi
public record OutputRecord(
    long timestamp,
    byte @Nullable [] key,
    byte @Nullable [] value,
    String[] headerNames,
    byte[][] headerValues) {

  private static final String[] NO_NAMES = {};
  private static final byte[][] NO_VALUES = {};

  /** Returns the key as a text, null if there is none. */
  public @Nullable String keyText() {
    return text(key);
  }

  /** Returns the value as a text, which is JSON on most topics; null if there is none. */
  public @Nullable String valueText() {
    return text(value);
  }

  /** Returns the value of a header as a text, null if there is none of that name. */
  public @Nullable String header(String name) {
    int at = Arrays.asList(headerNames).indexOf(name);
    return at < 0 ? null : text(headerValues[at]);
  }

  private static @Nullable String text(byte @Nullable [] utf8) {
    return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
  }

  /** Returns a record without headers. */
  public static OutputRecord of(long timestamp, byte[] key, byte[] value) {
    return new OutputRecord(timestamp, key, value, NO_NAMES, NO_VALUES);
  }
}
