package dev.millrace.codec.text;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.IdHash;
import java.nio.charset.StandardCharsets;

/** Identifies an id of a column by its text, as decoding does. */
public final class IdText {
  private IdText() {}

  /**
   * Returns the hash of an id.
   *
   * @param text the id; of a column of texts a word, or words that follow each other
   * @throws IllegalArgumentException if it is no id of the column; the message says what is
   */
  public static long hash(FeatureSpec column, String text) {
    if (column.type() != FeatureSpec.Type.TEXT) {
      return hash(column.name(), text);
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    IdHash hash = new IdHash(column.name());
    int ngrams = column.ids() == null ? 1 : column.ids().ngrams();
    WordSplitter words = new WordSplitter();
    int found = words.split(utf8, utf8.length, ngrams + 1);
    if (found == 0 || found > ngrams) {
      throw new IllegalArgumentException(
          ngrams == 1
              ? "an id of this text is one word"
              : "an id of this text is 1 to %d words (ngrams)".formatted(ngrams));
    }
    int from = words.start(0);
    return hash.of(words.bytes(), from, words.end(found - 1) - from);
  }

  /**
   * Returns the hash of an id, the whole text of a column.
   *
   * @throws IllegalArgumentException if the text is empty
   */
  public static long hash(String column, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length == 0) {
      throw new IllegalArgumentException("an id has 1 character or more");
    }
    return new IdHash(column).of(utf8, utf8.length);
  }
}
