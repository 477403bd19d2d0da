package dev.millrace.codec.fields;

import dev.millrace.codec.ColumnsHeader;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/** Holds the standard example schema, {@code schemas/training_example.avsc}, and its framing. */
public final class ExampleSchema {
  private static final String RESOURCE = "/schemas/training_example.avsc";

  /** The schema. */
  public static final Schema SCHEMA = load();

  /** Length of the single-object header: two marker bytes and the fingerprint. */
  public static final int HEADER_LENGTH = 10;

  /** Number of features of the hashed attributes if no feature is declared. */
  public static final int HASHED_ATTRIBUTES = 64;

  private ExampleSchema() {}

  /** Returns the CRC-64-AVRO of a schema's canonical form. */
  public static long fingerprint(Schema schema) {
    return SchemaNormalization.parsingFingerprint64(schema);
  }

  /** Returns the schema of a pipeline's Avro records. */
  public static Schema of(InputSpec spec) {
    return spec.schema() == null ? SCHEMA : new Schema.Parser().parse(spec.schema());
  }

  /** Returns true if a pipeline's Avro records have the standard schema. */
  public static boolean isStandard(InputSpec spec) {
    return fingerprint(of(spec)) == fingerprint(SCHEMA);
  }

  /**
   * Returns true if records of an input may declare their columns in a {@link ColumnsHeader}: they
   * are of the standard schema, and the pipeline declares no features.
   */
  public static boolean mayDeclareColumns(InputSpec spec) {
    return !spec.hasFeatures() && spec.format() == InputSpec.Format.AVRO && isStandard(spec);
  }

  /** Returns true if dots in the names of an input's fields reach into nested records. */
  public static boolean hasPaths(InputSpec spec) {
    return spec.format() == InputSpec.Format.JSON
        || (spec.format() != InputSpec.Format.CSV && !isStandard(spec));
  }

  /** Returns the single-object header of a schema: C3 01 and the fingerprint, little-endian. */
  public static byte[] header(Schema schema) {
    return ByteBuffer.allocate(HEADER_LENGTH)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0xC3)
        .put((byte) 0x01)
        .putLong(fingerprint(schema))
        .array();
  }

  private static Schema load() {
    try (InputStream in = ExampleSchema.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      return new Schema.Parser().parse(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
