package dev.millrace.codec.registry;

import java.io.IOException;

/** A schema registry that did not answer, or not as a registry does: no fault of any record. */
public final class RegistryException extends IOException {
  private static final long serialVersionUID = 1L;

  RegistryException(String message, Throwable cause) {
    super(message, cause);
  }

  RegistryException(String message) {
    super(message);
  }
}
