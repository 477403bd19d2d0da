package dev.millrace.cli.doctor;

import dev.millrace.cli.console.Finding;
import dev.millrace.codec.registry.RegistryClient;
import dev.millrace.codec.registry.RegistryException;
import dev.millrace.input.RegistrySpec;

/** Checks that a pipeline's schema registry answers. */
final class RegistryCheck {
  private static final String NAME = "registry";

  private RegistryCheck() {}

  /** Requests a schema from the registry, with the login of the job. */
  static Finding of(RegistrySpec spec) throws InterruptedException {
    try {
      // "Not found" is also an answer.
      new RegistryClient(spec).byId(1);
      return Finding.ok(NAME, spec.url() + " answers");
    } catch (RegistryException e) {
      return Finding.failed(
          NAME,
          String.valueOf(e.getMessage()),
          "Check input.registry in the pipeline file, and the registry.");
    }
  }
}
