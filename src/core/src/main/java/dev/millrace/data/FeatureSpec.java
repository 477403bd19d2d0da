package dev.millrace.data;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One column of the input and how it becomes features.
 *
 * @param ids options of a column of ids; null for other types
 * @param separator what is between the ids of a text, in {@link Type#SET} and {@link Type#SPARSE};
 *     null for other types. How a column is written is not part of what its features mean
 */
@PublicApi
public record FeatureSpec(
    @Setting(
            example = "name: temperature",
            in = Setting.FIELD,
            doc = "the field; dots reach into nested records")
        String name,
    @Setting(
            value = "numeric",
            doc =
                "encoding of the field: numeric and boolean as they are; one-hot as a 1 among the"
                    + " listed values; hash as a 1 among the buckets; time as four features, sine"
                    + " and cosine within the day and within the week; id as one of any number of"
                    + " ids; set as several ids; text as its words, each an id; sparse as ids with"
                    + " a number each")
        Type type,
    @Setting(value = "false", doc = "may be absent; adds a feature that is 1 if it is absent")
        boolean nullable,
    @Setting(
            shown = "required with one-hot",
            in = "[1, 1000] values",
            doc =
                "one-hot: the values, one feature each; any other value is 0 in all of them, and is"
                    + " counted")
        List<String> values,
    @Setting(value = "32", in = "[1, 65536]", doc = "hash: the number of features") int buckets,
    @Nullable IdOptions ids,
    @Setting(
            shown = "a vertical bar for set, a space for sparse",
            in = "[1, 8] characters",
            doc =
                "set, sparse: what is between the ids of a text, such as a cell of CSV; spaces"
                    + " around an id are no part of it")
        @Nullable String separator)
    implements Serializable {
  /** Features of a time: cosine and sine of the time of day, then of the time of the week. */
  public static final int TIME_WIDTH = 4;

  public FeatureSpec {
    values = List.copyOf(values);
    if (type.isOfIds() != (ids != null)) {
      throw new IllegalArgumentException(
          "a column of type %s has %s".formatted(type.id(), ids == null ? "no ids" : "ids"));
    }
  }

  /** Creates a column that has no ids. */
  public FeatureSpec(String name, Type type, boolean nullable, List<String> values, int buckets) {
    this(name, type, nullable, values, buckets, null, null);
  }

  /** Creates a column of ids, with the usual separator. */
  public static FeatureSpec ofIds(String name, Type type, boolean nullable, IdOptions ids) {
    return new FeatureSpec(name, type, nullable, List.of(), 0, ids, type.separator());
  }

  /** Options of a column of ids. */
  public record IdOptions(
      @Setting(
              value = "1",
              shown =
                  IdOptions.MAX_SET + " for set, " + IdOptions.MAX_WORDS + " for text and sparse",
              in = "[1, " + IdOptions.MAX + "]",
              doc = "set, text, sparse: ids of one record; more are not used, and are counted")
          int max,
      @Setting(
              value = "1",
              in = "[1, 1000000]",
              doc = "id, set, text, sparse: records with an id from which on models use it")
          int minCount,
      @Setting(
              value = "0",
              shown = "never",
              in = "[1ms, 36500d]",
              name = "ttl",
              doc =
                  "id, set, text, sparse: event time without a record after which an id is"
                      + " forgotten, such as 30d")
          long ttlMillis,
      @Setting(
              value = "1",
              in = "[1, 3]",
              doc = "text: longest run of neighbouring words that is an id, after the single words")
          int ngrams)
      implements Serializable {
    /** Options of {@link Type#ID} that hold where a pipeline sets none. */
    public static final IdOptions ONE = Declaration.defaults(IdOptions.class);

    /** Max ids of one record of {@link Type#SET} where a pipeline sets none. */
    public static final int MAX_SET = 16;

    /** Max ids of one record of {@link Type#TEXT} and {@link Type#SPARSE} likewise. */
    public static final int MAX_WORDS = 32;

    /** Max that a pipeline may set. */
    public static final int MAX = 1024;
  }

  /** Conversion of a column to features. */
  public enum Type {
    NUMERIC,
    BOOLEAN,
    ONE_HOT,
    HASH,
    TIME,
    /** One id of any cardinality. */
    ID,
    /** Several ids. */
    SET,
    /** The words of a text, each an id. */
    TEXT,
    /** Ids with a number each. */
    SPARSE;

    /** Returns true if the column is one number, or true or false. */
    public boolean isNumber() {
      return this == NUMERIC || this == BOOLEAN;
    }

    /** Returns true if the column has ids, which are written as words among the features. */
    public boolean isOfIds() {
      return this == ID || this == SET || this == TEXT || this == SPARSE;
    }

    /** Returns true if each id of the column has a number. */
    public boolean isWeighted() {
      return this == SPARSE;
    }

    /** Returns what is between the ids of a text unless a pipeline sets it; null for one value. */
    public @Nullable String separator() {
      return switch (this) {
        case SET -> "|";
        case SPARSE -> " ";
        default -> null;
      };
    }

    /** The name in pipeline files, such as {@code one-hot}. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /** The column in one line: its name and all that decides what its features mean. */
  public String spelled() {
    String more =
        switch (type) {
          case NUMERIC, BOOLEAN, TIME -> "";
          case ONE_HOT -> " " + values;
          case HASH -> " " + buckets;
          case ID, SET, TEXT, SPARSE -> " " + ids;
        };
    return name + ": " + type.id() + more + (nullable ? ", nullable" : "");
  }

  /** Number of features that this column becomes. */
  public int width() {
    int width =
        switch (type) {
          case NUMERIC, BOOLEAN -> 1;
          case ONE_HOT -> values.size();
          case HASH -> buckets;
          case TIME -> TIME_WIDTH;
          case ID, SET, TEXT, SPARSE -> maxIds() * IdWords.width(type.isWeighted());
        };
    return nullable ? width + 1 : width;
  }

  /** Returns the max number of ids of one record, 0 for a column without ids. */
  public int maxIds() {
    return ids == null ? 0 : ids.max();
  }

  /** Returns true if ids of the column are forgotten by event time. */
  public boolean forgets() {
    return ids != null && ids.ttlMillis() > 0;
  }

  /** Returns the text whose hash stored models keep; it never changes for a column without ids. */
  @Override
  public String toString() {
    return "FeatureSpec[name=%s, type=%s, nullable=%s, values=%s, buckets=%d%s]"
        .formatted(name, type, nullable, values, buckets, ids == null ? "" : ", ids=" + ids);
  }
}
