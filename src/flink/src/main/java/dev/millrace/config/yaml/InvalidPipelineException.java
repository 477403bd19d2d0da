package dev.millrace.config.yaml;

import dev.millrace.data.PublicApi;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reports the errors of a pipeline file; the message is for the author of the file. */
@PublicApi
public final class InvalidPipelineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ArrayList<String> errors;

  /** Creates an exception with one error of the whole file. */
  public InvalidPipelineException(String error) {
    super(error);
    this.errors = new ArrayList<>(List.of(error));
  }

  /**
   * Creates an exception with errors in the text of the file.
   *
   * @param errors one line each, {@code file:line text}, in the order of the file
   * @param summary the last line of the message
   */
  InvalidPipelineException(List<String> errors, String summary) {
    super(String.join("\n", errors) + "\n" + summary);
    this.errors = new ArrayList<>(errors);
  }

  /** Returns the first errors, one line each, without the line that counts all. */
  public List<String> errors() {
    return Collections.unmodifiableList(errors);
  }
}
