package dev.millrace.codec;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JSON parser says, for people who write JSON and not parsers. */
public final class JsonErrors {
  private static final Pattern NO_JSON_NUMBER = Pattern.compile("Non-standard token '([^']+)'.*");

  private JsonErrors() {}

  /** Its message, with a way out where it advises a change of the parser. */
  public static String readable(String message) {
    Matcher token = NO_JSON_NUMBER.matcher(message);
    return token.matches()
        ? token.group(1) + " is no JSON: write null, and declare the feature nullable"
        : message;
  }
}
