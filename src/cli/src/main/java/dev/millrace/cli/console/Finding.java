package dev.millrace.cli.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.data.KebabCase;
import org.jspecify.annotations.Nullable;

/**
 * Result of one check of {@code doctor}.
 *
 * @param check subject, one word
 * @param text observation
 * @param remedy what to do about it
 */
public record Finding(String check, State state, String text, @Nullable String remedy) {

  /** Severity. */
  public enum State {
    OK,
    /** Works, but not as well as possible. */
    WARNING,
    FAILED;

    public String id() {
      return KebabCase.of(this);
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
