package dev.millrace.config;

import dev.millrace.config.yaml.InvalidPipelineException;
import java.nio.charset.StandardCharsets;

/** Whatever stands in a pipeline file, the answer is settings or errors that name lines. */
public final class PipelineFuzz {
  private PipelineFuzz() {}

  /** What Jazzer calls; an exception is a find. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    try {
      PipelineFile.parse("fuzz.yaml", new String(bytes, StandardCharsets.UTF_8), null);
    } catch (InvalidPipelineException e) {
      if (!e.getMessage().startsWith("fuzz.yaml:")) {
        throw new AssertionError(e);
      }
    }
  }
}
