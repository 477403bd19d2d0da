package dev.millrace.codec;

import dev.millrace.config.PipelineFile;
import dev.millrace.data.Example;
import dev.millrace.testing.Records;

/** Whatever stands in a record, the answer is an example or a dead letter. */
public final class DecoderFuzz {
  private static final String HEAD =
      "pipeline: fuzz\nkafka: { bootstrap.servers: 'a:1' }\ninput:\n";
  private static final String LABEL = "  label: class\n";
  private static final String IDS =
      "  features: [{ name: a, type: id, ttl: 1d }, { name: b, type: set, max: 2 }, { name: c, type:"
          + " text, ngrams: 3, nullable: true }, { name: d, type: sparse, nullable: true }]\n";
  private static final String SET = "  task: multilabel\n  label-separator: '|'\n";
  private static final String TARGETS =
      "  features: [a]\n  targets: { b.c: binary, class: regression, d: { classes: [x, y] }, e: }\n";
  private static final ExampleDecoder[] DECODERS = {
    decoder(""),
    decoder("  features: [{ name: a, nullable: true }, { name: b, type: hash, buckets: 8 }]\n"),
    decoder("  format: json\n  features: [a, { name: b.c, type: one-hot, values: [x, y] }]\n"),
    decoder(
        "  format: csv\n  columns: [a, b, class]\n  features: [a, { name: b, type: boolean }]\n"),
    decoder("  format: json\n" + IDS),
    decoder("  format: csv\n  columns: [a, b, c, d, class]\n" + IDS),
    decoder(SET),
    decoder("  format: json\n  features: [a]\n" + SET),
    decoder("  format: csv\n  columns: [a, class]\n  features: [a]\n" + SET),
    ofTargets("  format: json\n"),
    ofTargets("  format: csv\n  columns: [a, b.c, class, d, e]\n"),
  };
  private static final Example EXAMPLE = new Example();

  private DecoderFuzz() {}

  private static ExampleDecoder decoder(String input) {
    return parsed(LABEL + input);
  }

  private static ExampleDecoder ofTargets(String input) {
    return parsed(TARGETS + input);
  }

  private static ExampleDecoder parsed(String input) {
    return new ExampleDecoder(PipelineFile.parse("fuzz", HEAD + input, null).input().spec());
  }

  /** What Jazzer calls; an exception is a find. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    for (ExampleDecoder decoder : DECODERS) {
      boolean isRejected = decoder.decode(Records.record("k", bytes, 0), EXAMPLE) != null;
      if (!isRejected && EXAMPLE.label != null && EXAMPLE.label.length() > 1_000_000) {
        throw new AssertionError("a label beyond all limits");
      }
    }
  }
}
