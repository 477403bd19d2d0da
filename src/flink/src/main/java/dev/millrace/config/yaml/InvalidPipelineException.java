package dev.millrace.config.yaml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A pipeline file that cannot be used; the message is what its author needs to see. */
public final class InvalidPipelineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ArrayList<String> errors;

  /** One error about the file as a whole. */
  public InvalidPipelineException(String error) {
    super(error);
    this.errors = new ArrayList<>(List.of(error));
  }

  /**
   * Errors in the file's text.
   *
   * @param errors one line each, {@code file:line text}, in the order of the file
   * @param summary the last line of the message
   */
  InvalidPipelineException(List<String> errors, String summary) {
    super(String.join("\n", errors) + "\n" + summary);
    this.errors = new ArrayList<>(errors);
  }

  /** The errors, one line each, without the line that counts them. */
  public List<String> errors() {
    return Collections.unmodifiableList(errors);
  }
}
