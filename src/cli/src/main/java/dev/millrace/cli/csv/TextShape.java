package dev.millrace.cli.csv;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Distinguishes free texts, lists of ids and single ids among the texts of a field. Not
 * thread-safe.
 */
final class TextShape {
  // "Oslo", "New York" and "Rio de Janeiro" are names; a query or a title has more words.
  private static final double MIN_WORDS = 2.5;
  private static final double MIN_LISTS = 0.1;

  /** The texts read as lists with one separator; a text without it is a list of one item. */
  private static final class Lists {
    final char separator;
    final DistinctCount items = new DistinctCount();
    long separated; // texts that have the separator
    long occurrences; // of all items
    int maxItems;
    final FrequentValues names = new FrequentValues();

    Lists(char separator) {
      this.separator = separator;
    }

    void add(String text) {
      separated += text.indexOf(separator) < 0 ? 0 : 1;
      int count = 0;
      for (int from = 0; from <= text.length(); ) {
        int end = text.indexOf(separator, from);
        end = end < 0 ? text.length() : end;
        String item = text.substring(from, end).strip();
        if (!item.isEmpty()) {
          items.add(item);
          names.add(item);
          count++;
        }
        from = end + 1;
      }
      occurrences += count;
      maxItems = Math.max(maxItems, count);
    }
  }

  private final List<Lists> lists = List.of(new Lists('|'), new Lists(';'), new Lists(','));
  private long texts;
  private long words;

  void add(String text) {
    texts++;
    words += words(text);
    lists.forEach(list -> list.add(text));
  }

  /** Returns the number of parts between spaces that have a letter. */
  private static int words(String text) {
    int words = 0;
    boolean isWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ') {
        isWord = false;
      } else if (!isWord && Character.isLetter(c)) {
        isWord = true;
        words++;
      }
    }
    return words;
  }

  /** Returns the mean number of words. */
  double meanWords() {
    return texts == 0 ? 0 : (double) words / texts;
  }

  /**
   * Returns true if the texts have words rather than a name.
   *
   * @param distinct number of distinct texts
   */
  boolean isFreeText(long distinct) {
    return meanWords() >= MIN_WORDS && listed(distinct) == null;
  }

  /** Returns what is between the items of lists; null if the texts are no lists. */
  @Nullable String separator(long distinct) {
    Lists found = listed(distinct);
    return found == null ? null : String.valueOf(found.separator);
  }

  /** Returns the max number of items of a list. */
  int maxItems(long distinct) {
    Lists found = listed(distinct);
    return found == null ? 1 : found.maxItems;
  }

  /** Returns the number of distinct items of all lists. */
  long items(long distinct) {
    Lists found = listed(distinct);
    return found == null ? 0 : found.items.estimate();
  }

  /** Returns the items of all lists with the number of lists that have them; none if too many. */
  List<Map.Entry<String, Long>> frequencies(long distinct) {
    Lists found = listed(distinct);
    return found == null ? List.of() : found.names.sorted();
  }

  // Items of lists recur in many lists, and are names. Most parts of sentences do neither, although
  // a "thanks" may end many of them.
  private @Nullable Lists listed(long distinct) {
    for (Lists list : lists) {
      if (list.maxItems > 1
          && list.separated >= MIN_LISTS * texts
          && 2 * list.items.estimate() < distinct
          && words < MIN_WORDS * list.occurrences) {
        return list;
      }
    }
    return null;
  }
}
