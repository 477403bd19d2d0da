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

/**
 * A compact line of JSON in UTF-8, without a line end: how all records that the pipeline writes
 * spell their numbers and times. Not thread-safe.
 */
final class JsonLine {

  private static final DateTimeFormatter MILLISECONDS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  // Names of numbers as they are written, for most lines have the same ones. Those of classes are
  // the users', so there is an end to it.
  private static final Map<String, SerializableString> NAMES = new ConcurrentHashMap<>();
  private static final int MAX_NAMES = 512;

  /** What stands in a line. */
  interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  private final JsonFactory factory = new JsonFactory();
  private final ByteArrayOutputStream bytes;

  /**
   * @param usualBytes of a line
   */
  JsonLine(int usualBytes) {
    bytes = new ByteArrayOutputStream(usualBytes);
  }

  byte[] encode(Content content) {
    bytes.reset();
    try (JsonGenerator json = factory.createGenerator(bytes)) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail to be written to
    }
    return bytes.toByteArray();
  }

  /** A time in milliseconds since the epoch, as ISO 8601 in UTC. */
  static void time(JsonGenerator json, String name, long millis) throws IOException {
    json.writeStringField(name, time(millis));
  }

  /** Returns a time in milliseconds since the epoch as ISO 8601 in UTC. */
  static String time(long millis) {
    return MILLISECONDS.format(Instant.ofEpochMilli(millis));
  }

  /** The shortest decimal that reads back as the same double, without an exponent. */
  static void number(JsonGenerator json, String name, double value) throws IOException {
    name(json, name);
    number(json, value);
  }

  /** The shortest decimal that reads back as the same double, without an exponent. */
  static void number(JsonGenerator json, double value) throws IOException {
    // Not Double.toString, which gives more digits than needed before JDK 19.
    digits(json, Double.isFinite(value) ? NumberOutput.toString(value, true) : null);
  }

  /** The shortest decimal that reads back as the same float, without an exponent. */
  static void number(JsonGenerator json, String name, float value) throws IOException {
    name(json, name);
    digits(json, Float.isFinite(value) ? NumberOutput.toString(value, true) : null);
  }

  /** Writes a predicted value: with the digits of a float where it is one. */
  static void value(JsonGenerator json, String name, double value) throws IOException {
    if (value == (float) value) {
      number(json, name, (float) value);
    } else {
      number(json, name, value);
    }
  }

  /** A sum of weights: a count, as long as every weight is 1. */
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

  private static void digits(JsonGenerator json, String digits) throws IOException {
    if (digits == null) {
      json.writeNull();
      return;
    }
    boolean plain = digits.indexOf('E') < 0;
    json.writeNumber(plain ? digits : new BigDecimal(digits).toPlainString());
  }
}
