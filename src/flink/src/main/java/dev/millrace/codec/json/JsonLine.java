package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.NumberOutput;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a compact line of JSON in UTF-8, without a line end, and formats numbers and times of
 * records. Not thread-safe.
 */
final class JsonLine {

  private static final DateTimeFormatter MILLISECONDS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  // Encoded names of numbers, which most lines share. Those of classes are
  // the users', so there is an end to it.
  private static final Map<String, SerializableString> NAMES = new ConcurrentHashMap<>();
  private static final int MAX_NAMES = 512;

  /** Writes the content of a line. */
  interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  private final JsonFactory factory = new JsonFactory();
  private final ByteArrayOutputStream bytes;

  /**
   * @param usualBytes usual length of a line
   */
  JsonLine(int usualBytes) {
    bytes = new ByteArrayOutputStream(usualBytes);
  }

  byte[] encode(Content content) {
    bytes.reset();
    try (JsonGenerator json = factory.createGenerator(bytes)) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a byte array does not fail
    }
    return bytes.toByteArray();
  }

  /** Writes a time in milliseconds since the epoch as ISO 8601 in UTC. */
  static void time(JsonGenerator json, String name, long millis) throws IOException {
    json.writeStringField(name, time(millis));
  }

  /** Returns a time in milliseconds since the epoch as ISO 8601 in UTC. */
  static String time(long millis) {
    return MILLISECONDS.format(Instant.ofEpochMilli(millis));
  }

  /** Writes the shortest decimal of a double, without exponent; null if it is not finite. */
  static void number(JsonGenerator json, String name, double value) throws IOException {
    name(json, name);
    number(json, value);
  }

  /** Writes the shortest decimal of a double, without exponent; null if it is not finite. */
  static void number(JsonGenerator json, double value) throws IOException {
    // Not Double.toString, which gives more digits than needed before JDK 19.
    digits(json, Double.isFinite(value) ? NumberOutput.toString(value, true) : null);
  }

  /** Writes the shortest decimal of a float, without exponent; null if it is not finite. */
  static void number(JsonGenerator json, String name, float value) throws IOException {
    name(json, name);
    digits(json, Float.isFinite(value) ? NumberOutput.toString(value, true) : null);
  }

  /** Writes a predicted value, with the digits of a float if it is one. */
  static void value(JsonGenerator json, String name, double value) throws IOException {
    if (value == (float) value) {
      number(json, name, (float) value);
    } else {
      number(json, name, value);
    }
  }

  /** Writes a sum of weights, as a whole number if it is one. */
  static void weight(JsonGenerator json, double value) throws IOException {
    if (value == (long) value) {
      json.writeNumber((long) value);
    } else {
      number(json, value);
    }
  }

  private static void name(JsonGenerator json, String name) throws IOException {
    SerializableString written = NAMES.get(name);
    if (written == null) {
      written = new SerializedString(name);
      if (NAMES.size() < MAX_NAMES) {
        NAMES.put(name, written);
      }
    }
    json.writeFieldName(written);
  }

  private static void digits(JsonGenerator json, @Nullable String digits) throws IOException {
    if (digits == null) {
      json.writeNull();
      return;
    }
    boolean plain = digits.indexOf('E') < 0;
    json.writeNumber(plain ? digits : new BigDecimal(digits).toPlainString());
  }
}
