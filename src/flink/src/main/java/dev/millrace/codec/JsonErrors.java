package dev.millrace.codec;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes messages of JSON parsers readable for authors of JSON. */
public final class JsonErrors {
  private static final Pattern NO_JSON_NUMBER = Pattern.compile("Non-standard token '([^']+)'.*");

  private JsonErrors() {}

  /** Returns the message, with a remedy in place of advice to change the parser. */
  public static String readable(String message) {
    Matcher token = NO_JSON_NUMBER.matcher(message);
    return token.matches()
        ? token.group(1) + " is not JSON: write null, and declare the feature nullable"
        : message;
  }
}
