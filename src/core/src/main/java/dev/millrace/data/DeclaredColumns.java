package dev.millrace.data;

import dev.millrace.data.FeatureSpec.IdOptions;
import java.io.ByteArrayOutputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UTFDataFormatException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Columns that a record declares itself, for a pipeline that declares none: how each becomes
 * features, and the task and the classes of its label that are known so far. Other classes may
 * follow. They are equal if their bytes are.
 */
@PublicApi
public final class DeclaredColumns implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Max length in bytes. */
  public static final int MAX_BYTES = 1 << 16;

  /** Max buckets of a hashed column, each of which is an input of the model. */
  public static final int MAX_BUCKETS = 1_024;

  /** Max buckets of all hashed columns together, above the first {@link #MIN_BUCKETS} of each. */
  public static final int MAX_BUCKETS_ABOVE_MIN = 4_096;

  /** Buckets that each of any number of hashed columns may have. */
  public static final int MIN_BUCKETS = 32;

  private static final int VERSION = 1;
  private static final int MAX_MIN_COUNT = 1_000_000;
  private static final long MAX_TTL_MILLIS = 36_500L * 86_400_000;
  private static final int MAX_NGRAMS = 3;
  private static final int MAX_SEPARATOR = 8;
  private static final int NO_TASK = -1;
  private static final List<FeatureSpec.Type> TYPES = List.of(FeatureSpec.Type.values());

  private final byte[] bytes;
  private final List<FeatureSpec> features;
  private final List<String> classes;
  private final @Nullable Task task;
  private final int width;
  private final int hash;

  private DeclaredColumns(
      byte[] bytes, List<FeatureSpec> features, List<String> classes, @Nullable Task task) {
    this.bytes = bytes;
    this.features = List.copyOf(features);
    this.classes = List.copyOf(classes);
    this.task = task;
    width = features.stream().mapToInt(FeatureSpec::width).sum();
    hash = Arrays.hashCode(bytes);
  }

  /**
   * Declares columns.
   *
   * @param classes known classes of the label, in the order of the outputs
   * @param task of one label; null if the labels decide it
   * @return null if they take more than {@link #MAX_BYTES}
   */
  public static @Nullable DeclaredColumns of(
      List<FeatureSpec> features, List<String> classes, @Nullable Task task) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeByte(task == null ? NO_TASK : task.ordinal());
      writeTexts(classes, out);
      out.writeShort(features.size());
      for (FeatureSpec feature : features) {
        write(feature, out);
      }
    } catch (UTFDataFormatException e) {
      return null; // a text alone is longer
    } catch (IOException e) {
      throw new UncheckedIOException(e); // never of memory
    }
    return bytes.size() > MAX_BYTES
        ? null
        : new DeclaredColumns(bytes.toByteArray(), features, classes, task);
  }

  private static void writeTexts(List<String> texts, DataOutput out) throws IOException {
    out.writeShort(texts.size());
    for (String text : texts) {
      out.writeUTF(text);
    }
  }

  private static void write(FeatureSpec feature, DataOutput out) throws IOException {
    out.writeUTF(feature.name());
    out.writeByte(feature.type().ordinal());
    out.writeBoolean(feature.nullable());
    switch (feature.type()) {
      case NUMERIC, BOOLEAN, TIME -> {}
      case ONE_HOT -> writeTexts(feature.values(), out);
      case HASH -> out.writeInt(feature.buckets());
      case ID, SET, TEXT, SPARSE -> {
        IdOptions ids = Objects.requireNonNull(feature.ids());
        out.writeInt(ids.max());
        out.writeInt(ids.minCount());
        out.writeLong(ids.ttlMillis());
        out.writeInt(ids.ngrams());
        if (feature.separator() != null) {
          out.writeUTF(feature.separator());
        }
      }
    }
  }

  /**
   * Reads what {@link #bytes} returned.
   *
   * @throws IOException if they are damaged, or a value is out of range
   */
  public static DeclaredColumns read(byte[] bytes) throws IOException {
    SizeChecks.require("bytes of declared columns", bytes.length, 1, MAX_BYTES);
    BoundedDataInput in = new BoundedDataInput(bytes);
    SizeChecks.require("version of declared columns", in.readByte(), VERSION);
    int number = in.readByte();
    SizeChecks.require("task", number, NO_TASK, Task.values().length - 1L);
    List<String> classes = readTexts("classes", in);
    int count = (int) SizeChecks.require("declared columns", in.readUnsignedShort(), 1, MAX_BYTES);
    List<FeatureSpec> features = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int f = 0; f < count; f++) {
      FeatureSpec feature = readFeature(in);
      if (feature.name().isBlank() || !names.add(feature.name())) {
        throw new IOException(
            "the column \"%s\" is declared twice or has no name"
                .formatted(Printable.line(feature.name(), 60)));
      }
      features.add(feature);
    }
    SizeChecks.require("bytes behind declared columns", in.left(), 0);
    int buckets = features.stream().mapToInt(f -> Math.max(0, f.buckets() - MIN_BUCKETS)).sum();
    SizeChecks.require("buckets of declared columns", buckets, 0, MAX_BUCKETS_ABOVE_MIN);
    Task task = number == NO_TASK ? null : Task.values()[number];
    return new DeclaredColumns(bytes, features, classes, task);
  }

  private static List<String> readTexts(String what, BoundedDataInput in) throws IOException {
    int count = in.readUnsignedShort();
    SizeChecks.require(what, count, 0, in.left() / Short.BYTES);
    Set<String> texts = new HashSet<>();
    List<String> inOrder = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      String text = in.readUTF();
      if (text.isEmpty() || !texts.add(text)) {
        throw new IOException(
            "%s: \"%s\" is empty or comes twice".formatted(what, Printable.line(text, 60)));
      }
      inOrder.add(text);
    }
    return inOrder;
  }

  private static FeatureSpec readFeature(BoundedDataInput in) throws IOException {
    String name = in.readUTF();
    int number = (int) SizeChecks.require("type", in.readByte(), 0, TYPES.size() - 1L);
    FeatureSpec.Type type = TYPES.get(number);
    boolean nullable = in.readBoolean();
    return switch (type) {
      case NUMERIC, BOOLEAN, TIME -> new FeatureSpec(name, type, nullable, List.of(), 0);
      case ONE_HOT -> {
        List<String> values = readTexts("values", in);
        SizeChecks.require("values", values.size(), 1, MAX_BYTES);
        yield new FeatureSpec(name, type, nullable, values, 0);
      }
      case HASH -> {
        int buckets = (int) SizeChecks.require("buckets", in.readInt(), 1, MAX_BUCKETS);
        yield new FeatureSpec(name, type, nullable, List.of(), buckets);
      }
      case ID, SET, TEXT, SPARSE -> {
        int max =
            (int)
                SizeChecks.require(
                    "ids", in.readInt(), 1, type == FeatureSpec.Type.ID ? 1 : IdOptions.MAX);
        int minCount = (int) SizeChecks.require("min-count", in.readInt(), 1, MAX_MIN_COUNT);
        long ttl = SizeChecks.require("ttl", in.readLong(), 0, MAX_TTL_MILLIS);
        int ngrams = (int) SizeChecks.require("ngrams", in.readInt(), 1, MAX_NGRAMS);
        String separator = type.separator() == null ? null : readSeparator(in);
        yield new FeatureSpec(
            name,
            type,
            nullable,
            List.of(),
            0,
            new IdOptions(max, minCount, ttl, ngrams),
            separator);
      }
    };
  }

  // A text that is parted by nothing has no end.
  private static String readSeparator(BoundedDataInput in) throws IOException {
    String separator = in.readUTF();
    SizeChecks.require("characters of a separator", separator.length(), 1, MAX_SEPARATOR);
    return separator;
  }

  /** Returns the columns as bytes. The array must not be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns how the columns become features. */
  public List<FeatureSpec> features() {
    return features;
  }

  /** Returns the task of the label; null if the labels decide it. */
  public @Nullable Task task() {
    return task;
  }

  /** Returns the number of features that the columns become. */
  public int width() {
    return width;
  }

  /** Returns the known classes of the label, in the order of the outputs. */
  public List<String> classes() {
    return classes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof DeclaredColumns columns
            && columns.hash == hash
            && Arrays.equals(columns.bytes, bytes));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return features.stream().map(FeatureSpec::spelled).toList() + " " + classes;
  }
}
