package dev.millrace.cli.init;

import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.input.CellNotation;
import dev.millrace.input.InputSpec;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Profile of the records for which {@code init} drafts a pipeline.
 *
 * @param origin file or topic, for messages
 * @param format of the record values
 * @param schema Avro schema file; null for the standard example schema or none
 * @param topic topic of the records; null if they are not in a topic yet
 * @param fields possible features, keys and labels, in order
 * @param unusable other fields, each with the reason
 * @param records number of records read, 0 for a schema
 * @param keys the record keys; null if there are none yet
 * @param eventTime field that a schema declares as time in milliseconds
 * @param sample the first records; none of a schema
 * @param notation of the cells of a file
 * @param standard whether the records have the standard example schema
 */
public record InputProfile(
    String origin,
    InputSpec.Format format,
    @Nullable Path schema,
    @Nullable String topic,
    List<FieldProfile> fields,
    List<String> unusable,
    long records,
    @Nullable FieldProfile keys,
    @Nullable String eventTime,
    RowSample sample,
    CellNotation notation,
    boolean standard) {

  public InputProfile {
    fields = List.copyOf(fields);
    unusable = List.copyOf(unusable);
  }

  /** Returns true for rows of a file, which become records when they are produced. */
  boolean isFile() {
    return topic == null && schema == null && records > 0;
  }
}
