package dev.millrace.codec;

import dev.millrace.data.PublicApi;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
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

  /** Returns the value of a header as a text, null without that header. */
  public @Nullable String header(String name) {
    int at = Arrays.asList(headerNames).indexOf(name);
    return at < 0 ? null : text(headerValues[at]);
  }

  /** Returns all parts as texts, for a log or {@code print()}; of a binary value, its size. */
  @Override
  public String toString() {
    Map<String, @Nullable String> headers = new LinkedHashMap<>();
    for (int h = 0; h < headerNames.length; h++) {
      headers.put(headerNames[h], text(headerValues[h]));
    }
    boolean isJson = value != null && value.length > 0 && value[0] == '{';
    String shown = value == null || isJson ? valueText() : value.length + " bytes";
    return "OutputRecord[timestamp=%d, key=%s, value=%s, headers=%s]"
        .formatted(timestamp, keyText(), shown, headers);
  }

  private static @Nullable String text(byte @Nullable [] utf8) {
    return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
  }

  /** Returns a record without headers. */
  public static OutputRecord of(long timestamp, byte[] key, byte[] value) {
    return new OutputRecord(timestamp, key, value, NO_NAMES, NO_VALUES);
  }
}
