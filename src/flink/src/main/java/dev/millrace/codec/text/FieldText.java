package dev.millrace.codec.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.DeadLetterReason;
import org.apache.avro.util.Utf8;

/** Turns the values of fields into UTF-8. */
public final class FieldText {
  private FieldText() {}

  /** Returns a text, or a number or flag as text. */
  public static Utf8 of(Object field) {
    if (field instanceof Utf8 utf8) {
      return utf8;
    }
    return new Utf8(field instanceof Number number ? NumberText.of(number) : field.toString());
  }

  /**
   * Returns a name as UTF-8; rejects numbers that are not finite, and unpaired surrogates in JSON.
   */
  public static Utf8 of(Object field, String what, DeadLetterReason reason)
      throws RejectedException {
    // Different numbers of JSON overflow to the same one.
    if (field instanceof Number number && !NumberText.isName(number)) {
      throw new RejectedException(reason, "the " + what + " is " + field + ", no finite number");
    }
    boolean isJson = field instanceof String || field instanceof JsonNode;
    // An encoder replaces them by question marks, so that different names would be equal.
    if (isJson && hasUnpairedSurrogate(field.toString())) {
      throw new RejectedException(
          reason, "the " + what + " has an unpaired surrogate, which UTF-8 cannot encode");
    }
    return of(field);
  }

  private static boolean hasUnpairedSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean isPair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!isPair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
