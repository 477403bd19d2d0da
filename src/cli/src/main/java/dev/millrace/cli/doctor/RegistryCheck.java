package dev.millrace.cli.doctor;

import dev.millrace.cli.console.Finding;
import dev.millrace.codec.registry.RegistryClient;
import dev.millrace.codec.registry.RegistryException;
import dev.millrace.data.RegistrySpec;

/** Checks that a pipeline's schema registry answers. */
final class RegistryCheck {
  private static final String NAME = "registry";

  private RegistryCheck() {}

  /** Asks a pipeline's registry as its job does, with its login, for any schema. */
  static Finding of(RegistrySpec spec) throws InterruptedException {
    try {
      // That there is no such schema is an answer, too.
      new RegistryClient(spec).byId(1);
      return Finding.ok(NAME, spec.url() + " answers");
    } catch (RegistryException e) {
      return Finding.failed(
          NAME,
          e.getMessage(),
          "Look at input.registry in the pipeline file, and at the registry.");
    }
  }
}
