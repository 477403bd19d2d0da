package dev.millrace.prequential;

import dev.millrace.data.PublicApi;
import dev.millrace.nn.stored.ModelMismatchException;
import java.io.IOException;

/** The stored state of a key cannot be used, and could not be after a restart either. */
@PublicApi
public final class UnusableStateException extends IOException {
  private static final long serialVersionUID = 1L;

  UnusableStateException(String key, IOException cause) {
    super("key \"%s\": %s".formatted(key, cause.getMessage()), cause);
  }

  /** Returns true if the state is whole, but of another kind than the settings describe. */
  public boolean isMismatch() {
    return getCause() instanceof ModelMismatchException;
  }
}
