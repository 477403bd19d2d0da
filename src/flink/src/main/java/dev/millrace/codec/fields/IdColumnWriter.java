package dev.millrace.codec.fields;

import dev.millrace.codec.text.CsvText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.codec.text.WordSplitter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.IdHash;
import dev.millrace.data.IdWords;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.apache.avro.util.Utf8;

/**
 * Writes the ids of one column into rows of features. Ids beyond the max of the column are left
 * out. Not thread-safe.
 *
 * <p>{@link #begin}, then the ids of one record in their order.
 */
public final class IdColumnWriter {
  private final String name;
  private final IdHash hash;
  private final int start;
  private final int width;
  private final int max;
  private final int ngrams;
  private final boolean isSet;
  private final byte[] separator;
  private final WordSplitter words;
  private float[] row = {};
  private int count;
  private boolean isCut;
  // Position in the text that is split.
  private int next;
  private int partStart;
  private int partEnd;

  /**
   * @param start place of the first id
   * @param words splits texts
   */
  public IdColumnWriter(FeatureSpec column, int start, WordSplitter words) {
    FeatureSpec.IdOptions options = Objects.requireNonNull(column.ids());
    this.name = column.name();
    this.hash = new IdHash(column.name());
    this.start = start;
    this.width = IdWords.width(column.type().isWeighted());
    this.max = options.max();
    this.ngrams = options.ngrams();
    this.isSet = column.type() == FeatureSpec.Type.SET;
    String between = column.separator();
    this.separator = (between == null ? "" : between).getBytes(StandardCharsets.UTF_8);
    this.words = words;
  }

  /** Starts a row, without ids. */
  public void begin(float[] features) {
    row = features;
    count = 0;
    isCut = false;
    Arrays.fill(row, start, start + max * width, Float.NaN);
  }

  /** Returns true if the row has not all ids of its record. */
  boolean isCut() {
    return isCut;
  }

  /** Adds the id of a text; returns false if the row has no place for it. */
  public boolean add(byte[] utf8, int from, int to) {
    long id = hash.of(utf8, from, to - from);
    if (isSet && contains(id)) {
      return true;
    }
    if (count == max) {
      isCut = true;
      return false;
    }
    IdWords.write(id, row, start + count * width);
    count++;
    return true;
  }

  /** Adds an id with its number, unless that is 0; returns false if the row has no place for it. */
  public boolean add(byte[] utf8, int from, int to, float number) {
    if (number == 0) {
      return true;
    }
    boolean added = add(utf8, from, to);
    if (added) {
      row[start + count * width - 1] = number;
    }
    return added;
  }

  private boolean contains(long id) {
    for (int i = 0; i < count; i++) {
      if (IdWords.read(row, start + i * width) == id) {
        return true;
      }
    }
    return false;
  }

  /** Adds the words of a text, then its pairs of neighbours, and so on up to the n-grams. */
  public void addWords(Utf8 text) {
    int found = words.split(text.getBytes(), text.getByteLength(), max + 1);
    for (int n = 1; n <= ngrams; n++) {
      for (int w = 0; w + n <= found; w++) {
        if (!add(words.bytes(), words.start(w), words.end(w + n - 1))) {
          return;
        }
      }
    }
  }

  /** Adds the ids of a text with separators. */
  public void addAll(Utf8 text) {
    byte[] bytes = text.getBytes();
    next = 0;
    while (nextPart(bytes, text.getByteLength())) {
      if (!add(bytes, partStart, partEnd)) {
        return;
      }
    }
  }

  /**
   * Adds the ids of a text with separators, such as {@code red:2 green:0.5 blue}; the number of an
   * id without one is 1.
   */
  void addPairs(Utf8 text) throws RejectedException {
    byte[] bytes = text.getBytes();
    next = 0;
    while (nextPart(bytes, text.getByteLength())) {
      int colon = partEnd - 1;
      while (colon >= partStart && bytes[colon] != ':') {
        colon--;
      }
      boolean isPair = colon >= partStart;
      float number = isPair ? number(bytes, partStart, colon, partEnd) : 1f;
      if (!add(bytes, partStart, isPair ? colon : partEnd, number)) {
        return;
      }
    }
  }

  private float number(byte[] bytes, int from, int colon, int to) throws RejectedException {
    String text = new String(bytes, colon + 1, to - colon - 1, StandardCharsets.UTF_8);
    double number = CsvText.number(text);
    float narrowed = (float) number;
    if (!Float.isFinite(narrowed)) {
      String id = new String(bytes, from, colon - from, StandardCharsets.UTF_8);
      boolean isNumber = !Double.isNaN(number);
      throw notANumber(name, id, isNumber ? text : "the text \"" + text + '"', isNumber);
    }
    return narrowed;
  }

  /**
   * Returns the rejection of an id whose number is none.
   *
   * @param shown what is in its place
   * @param isNumber true if that is a number, but not a finite one
   */
  static RejectedException notANumber(String column, String id, String shown, boolean isNumber) {
    return new RejectedException(
        isNumber ? DeadLetterReason.NON_FINITE_FEATURE : DeadLetterReason.INVALID_FEATURE,
        "feature \"%s\": the number of \"%s\" is %s; it must be finite and fit a 32-bit float"
            .formatted(column, id, shown));
  }

  /** Finds the next part of a text, without spaces around it; returns false after the last. */
  private boolean nextPart(byte[] bytes, int length) {
    while (next < length) {
      partStart = next;
      partEnd = separatorFrom(bytes, next, length);
      next = partEnd + separator.length;
      while (partStart < partEnd && bytes[partStart] == ' ') {
        partStart++;
      }
      while (partEnd > partStart && bytes[partEnd - 1] == ' ') {
        partEnd--;
      }
      if (partStart < partEnd) {
        return true;
      }
    }
    return false;
  }

  private int separatorFrom(byte[] bytes, int from, int length) {
    for (int i = from; i + separator.length <= length; i++) {
      if (Arrays.equals(bytes, i, i + separator.length, separator, 0, separator.length)) {
        return i;
      }
    }
    return length;
  }
}
