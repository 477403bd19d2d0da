package dev.millrace.cli.init;

import dev.millrace.data.InputSpec;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code init} has found out about records.
 *
 * @param origin where they are, for people: "payments.csv", "topic payments"
 * @param format of the record values
 * @param schema Avro schema of the records, or null for the standard example schema or none
 * @param topic where the records are, or null if they are not in a topic yet
 * @param fields all that could become features, key or label, in their order
 * @param unusable fields that cannot, each with the reason
 * @param records how many were looked at, 0 if only their schema was
 * @param keys the record keys; null where there are none yet
 * @param eventTime field that a schema calls a time in milliseconds, or null
 * @param standard whether they have the standard example schema, whose label has a field of its own
 */
public record InputProfile(
    String origin,
    InputSpec.Format format,
    Path schema,
    String topic,
    List<FieldProfile> fields,
    List<String> unusable,
    long records,
    FieldProfile keys,
    String eventTime,
    boolean standard) {

  public InputProfile {
    fields = List.copyOf(fields);
    unusable = List.copyOf(unusable);
  }

  /** Whether the file's rows become records only when they are produced. */
  boolean isFile() {
    return topic == null && schema == null && records > 0;
  }
}
