package dev.millrace.cli.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * What one check of {@code doctor} found.
 *
 * @param check what was looked at, one word
 * @param text what was seen
 * @param remedy what to do about it, or null
 */
public record Finding(String check, State state, String text, String remedy) {

  /** How it stands. */
  public enum State {
    OK,
    /** It works, worse than it could. */
    WARNING,
    FAILED;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static Finding ok(String check, String text) {
    return new Finding(check, State.OK, text, null);
  }

  public static Finding warning(String check, String text, String remedy) {
    return new Finding(check, State.WARNING, text, remedy);
  }

  public static Finding failed(String check, String text, String remedy) {
    return new Finding(check, State.FAILED, text, remedy);
  }

  public void writeTo(ObjectNode json) {
    json.put("check", check).put("state", state.id()).put("finding", text).put("remedy", remedy);
  }
}
