package dev.millrace.cli.deadletters;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.codec.DeadLetterEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Formats dead letters as text and as JSON. */
final class DeadLetterFormat {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_CHARACTERS = 200;
  private static final int MAX_BYTES = 32;
  private static final int MAX_NAME = 60;

  private DeadLetterFormat() {}

  /** Returns the number of records of each reason: {@code 12 invalid-feature, 2 unknown-class}. */
  static String counts(Map<String, Long> counts) {
    return String.join(
        ", ",
        counts.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(count -> count(Terminal.printable(count.getKey(), MAX_NAME), count.getValue()))
            .toList());
  }

  private static String count(String reason, long letters) {
    return Plural.of(letters, reason, reason);
  }

  /** Returns a rejected record and the reason as lines, the value shortened. */
  static List<String> text(DeadLetterRecord letter) {
    return List.of(
        "%s  %s  %s  key %s"
            .formatted(
                Instant.ofEpochMilli(letter.stored().timestamp()),
                Terminal.printable(letter.reason(), MAX_NAME),
                Terminal.printable(letter.place(), MAX_NAME),
                preview(letter, letter.stored().key(), DeadLetterEncoder.LOST_KEY)),
        "    " + Terminal.printable(letter.message(), 3 * MAX_CHARACTERS),
        "    " + preview(letter, letter.stored().value(), DeadLetterEncoder.LOST_VALUE));
  }

  private static String preview(DeadLetterRecord letter, byte @Nullable [] bytes, String lost) {
    String length = DeadLetterRecord.header(letter.stored(), lost);
    if (!length.isEmpty()) {
      return "(%s bytes, more than the topic accepts)".formatted(Terminal.printable(length, 20));
    }
    if (bytes == null) {
      return "null";
    }
    String text = utf8(bytes);
    if (text != null && text.codePoints().noneMatch(c -> c < ' ' && c != '\t' && c != '\n')) {
      return Terminal.printable(text, MAX_CHARACTERS);
    }
    HexFormat hex = HexFormat.ofDelimiter(" ");
    return bytes.length <= MAX_BYTES
        ? hex.formatHex(bytes)
        : "%s … (%,d bytes)".formatted(hex.formatHex(bytes, 0, MAX_BYTES), bytes.length);
  }

  /** Returns one line of JSON; bytes that are not UTF-8 are hex digits under {@code NAME_hex}. */
  static String json(DeadLetterRecord letter) {
    ObjectNode json = JSON.createObjectNode();
    json.put("reason", letter.reason());
    json.put("message", letter.message());
    json.put("topic", letter.topic());
    json.put("partition", letter.partition());
    json.put("offset", letter.offset());
    json.put("timestamp", letter.stored().timestamp());
    json.put("letter_partition", letter.stored().partition());
    json.put("letter_offset", letter.stored().offset());
    put(json, "key", letter.stored().key());
    put(json, "value", letter.stored().value());
    ObjectNode headers = json.putObject("headers");
    for (Header header : letter.headers()) {
      put(headers, header.key(), header.value());
    }
    for (String name : DeadLetterEncoder.LOST) {
      String length = DeadLetterRecord.header(letter.stored(), name);
      if (!length.isEmpty()) {
        json.put("lost_" + name.replace('.', '_'), length);
      }
    }
    return Terminal.printableJson(json.toString());
  }

  private static void put(ObjectNode json, String name, byte @Nullable [] bytes) {
    String text = bytes == null ? null : utf8(bytes);
    if (bytes != null && text == null) {
      json.put(name + "_hex", HexFormat.of().formatHex(bytes));
    } else {
      json.put(name, text);
    }
  }

  /** Returns the text, null if the bytes are no UTF-8. */
  private static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
