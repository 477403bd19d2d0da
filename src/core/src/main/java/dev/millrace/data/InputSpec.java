package dev.millrace.data;

import java.io.Serializable;
import java.util.List;

/**
 * The {@code input} part of a pipeline: how a record becomes an example.
 *
 * @param format framing of the record values
 * @param schema Avro schema (JSON text) of the records, or null for the standard example schema
 * @param key field that holds the model key, or null for the record key
 * @param label field that holds the label
 * @param weight field that holds the example's weight, or null for 1
 * @param eventTime field that holds the event time in milliseconds since the epoch, or null for the
 *     record's timestamp
 * @param task null: text, boolean and enum labels are classes, numbers are regression targets
 * @param classes the declared classes, empty for classes discovered on the way
 * @param features the declared features; empty for all that the standard schema carries
 * @param id field that names the example, or null for none
 * @param labels how labels come that come later than their features; null if none do
 * @param columns of a CSV line, empty with other formats
 * @param registry where the schemas of records in the Confluent wire format are, or null
 */
public record InputSpec(
    Format format,
    String schema,
    String key,
    String label,
    String weight,
    String eventTime,
    Task task,
    List<String> classes,
    List<FeatureSpec> features,
    Limits limits,
    String id,
    LateLabels labels,
    List<String> columns,
    RegistrySpec registry)
    implements Serializable {

  public InputSpec {
    classes = List.copyOf(classes);
    features = List.copyOf(features);
    columns = List.copyOf(columns);
  }

  /** Of records that have their labels, without a name, CSV columns and a registry. */
  public InputSpec(
      Format format,
      String schema,
      String key,
      String label,
      String weight,
      String eventTime,
      Task task,
      List<String> classes,
      List<FeatureSpec> features,
      Limits limits,
      String id,
      LateLabels labels) {
    this(
        format, schema, key, label, weight, eventTime, task, classes, features, limits, id, labels,
        List.of(), null);
  }

  /** Of records that have their labels, and of examples without a name. */
  public InputSpec(
      Format format,
      String schema,
      String key,
      String label,
      String weight,
      String eventTime,
      Task task,
      List<String> classes,
      List<FeatureSpec> features,
      Limits limits) {
    this(
        format, schema, key, label, weight, eventTime, task, classes, features, limits, null, null);
  }

  /** The same for another task. */
  public InputSpec withTask(Task newTask) {
    return new InputSpec(
        format, schema, key, label, weight, eventTime, newTask, classes, features, limits, id,
        labels, columns, registry);
  }

  /** The same with other limits. */
  public InputSpec withLimits(Limits newLimits) {
    return new InputSpec(
        format, schema, key, label, weight, eventTime, task, classes, features, newLimits, id,
        labels, columns, registry);
  }

  /** The same for the first of its declared features. */
  public InputSpec withFirstFeatures(int count) {
    return new InputSpec(
        format,
        schema,
        key,
        label,
        weight,
        eventTime,
        task,
        classes,
        features.subList(0, count),
        limits,
        id,
        labels,
        columns,
        registry);
  }

  /** The same for records of the labels that come later. */
  public InputSpec ofLabels() {
    return new InputSpec(
        format,
        schema,
        labels.key(),
        labels.label(),
        weight,
        eventTime,
        task,
        classes,
        features,
        limits,
        labels.id(),
        labels,
        columns,
        registry);
  }

  /** Numbers that the declared features are together. */
  public int width() {
    return features.stream().mapToInt(FeatureSpec::width).sum();
  }

  /** Framings of a record value. */
  public enum Format {
    /**
     * Avro single-object encoding: C3 01, the schema's fingerprint, the record; with a registry
     * also the Confluent wire format.
     */
    AVRO,
    /** The Avro record alone, nothing in front; mistakes cannot be told from data. */
    AVRO_RAW,
    /** One JSON object. */
    JSON,
    /** One line of comma-separated values. */
    CSV;

    /** The name in pipeline files, such as {@code avro-raw}. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /**
   * How labels come that come later than their features.
   *
   * @param topic theirs; null if they come on the topic of the features
   * @param id field of a label's record that names the example
   * @param key field of a label's record that holds the model key, or null for the record key
   * @param label field of a label's record that holds the label
   * @param timeoutMillis event time after which features wait no longer for their label, nor a
   *     label for its features
   * @param maxPending features of a key that wait at most, and labels that do
   * @param onTimeout label of features whose own label does not come within the timeout; null to
   *     drop them
   */
  public record LateLabels(
      String topic,
      String id,
      String key,
      String label,
      long timeoutMillis,
      int maxPending,
      DefaultLabel onTimeout)
      implements Serializable {

    /** Without a label for features that time out. */
    public LateLabels(
        String topic, String id, String key, String label, long timeoutMillis, int maxPending) {
      this(topic, id, key, label, timeoutMillis, maxPending, null);
    }
  }

  /**
   * Label of examples whose own label does not come in time.
   *
   * @param label the class, or null for a number
   * @param target the number, NaN for a class
   */
  public record DefaultLabel(String label, double target) implements Serializable {
    /** Returns true if another label says the same. */
    public boolean matches(String otherLabel, double otherTarget) {
      return label == null ? target == otherTarget : label.equals(otherLabel);
    }
  }

  /**
   * What a record may be at most.
   *
   * @param recordBytes length of a value
   * @param keyBytes length of a model key in UTF-8
   * @param classes of one model
   * @param features of one model
   * @param weight of an example
   * @param outputBytes the largest record that a pipeline writes
   */
  public record Limits(
      int recordBytes, int keyBytes, int classes, int features, float weight, int outputBytes)
      implements Serializable {
    /** Classes of one model, unless a pipeline says otherwise. */
    public static final int USUAL_CLASSES = 100;

    /** Weight of an example, unless a pipeline says otherwise. */
    public static final float USUAL_WEIGHT = 1e6f;

    /** What a pipeline may allow. */
    public static final int MAX_CLASSES = 1_000;

    /** Length of the name of a class, UTF-8 bytes. */
    public static final int MAX_CLASS_BYTES = 256;

    private static final int MIN_CLASS_NAMES_BYTES = 4_096;
    private static final int CLASS_NAMES_BYTES_PER_CLASS = 64;

    private static final int MIN_OUTPUT = 2 << 20;
    // Of a record beside its value: the key, at most 10,000 bytes, trace headers, the batch.
    private static final int ENVELOPE = 64 << 10;

    /**
     * With room on the output topics for a record of twice the allowed size that is refused for it,
     * with all its headers. A larger one is refused without its value.
     */
    public Limits(int recordBytes, int keyBytes, int classes, int features, float weight) {
      this(recordBytes, keyBytes, classes, features, weight, outputBytes(recordBytes));
    }

    /** The same with the usual limit of weights. */
    public Limits(int recordBytes, int keyBytes, int classes, int features) {
      this(recordBytes, keyBytes, classes, features, USUAL_WEIGHT);
    }

    private static int outputBytes(int recordBytes) {
      return (int) Math.max(MIN_OUTPUT, Math.min(Integer.MAX_VALUE / 2, 2L * recordBytes));
    }

    /** The same where output topics take less. */
    public Limits withOutputBytes(int most) {
      return new Limits(recordBytes, keyBytes, classes, features, weight, most);
    }

    /** The same with room for so many classes, as far as a pipeline may allow them. */
    public Limits withRoomFor(long labels) {
      int room = (int) Math.max(classes, Math.min(labels, MAX_CLASSES));
      return new Limits(recordBytes, keyBytes, room, features, weight, outputBytes);
    }

    /**
     * UTF-8 bytes that the names of one model's classes have together at most. Each prediction and
     * each report has all of them, so that a few long ones would make large records of small ones.
     */
    public int classNamesBytes() {
      return Math.max(MIN_CLASS_NAMES_BYTES, CLASS_NAMES_BYTES_PER_CLASS * classes);
    }

    /** The largest value of a record that a pipeline writes of a model. */
    public int outputValueBytes() {
      return Math.max(outputBytes / 2, outputBytes - ENVELOPE);
    }
  }
}
