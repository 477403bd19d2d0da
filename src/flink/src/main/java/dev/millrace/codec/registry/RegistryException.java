package dev.millrace.codec.registry;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reports that a schema registry did not answer, or not as a registry; records are not at fault.
 */
public final class RegistryException extends IOException {
  private static final long serialVersionUID = 1L;

  RegistryException(@Nullable String message, Throwable cause) {
    super(message, cause);
  }

  RegistryException(String message) {
    super(message);
  }
}
