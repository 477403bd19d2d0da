package dev.millrace.config.yaml;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Suggests known words for misspelt ones. */
public final class Suggestions {
  private Suggestions() {}

  /** Returns the known word that is most similar to the written one, null if none is similar. */
  public static @Nullable String nearest(String written, Collection<String> known) {
    String lower = written.toLowerCase(Locale.ROOT).replace('_', '-');
    String best = null;
    int bestDistance = Math.max(1, Math.min(3, written.length() / 3)) + 1;
    for (String candidate : known) {
      int distance = distance(lower, candidate.toLowerCase(Locale.ROOT).replace('_', '-'));
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best == null ? containing(lower, known) : best;
  }

  /** Returns a question for the known word that is most similar, or else another remedy. */
  public static String hint(String written, Collection<String> known, String otherwise) {
    String nearest = nearest(written, known);
    return nearest == null ? otherwise : "Did you mean \"" + nearest + "\"?";
  }

  /** Returns that question behind a sentence, after a space; empty if no known word is similar. */
  public static String behind(String written, Collection<String> known) {
    String hint = hint(written, known, "");
    return hint.isEmpty() ? "" : " " + hint;
  }

  /** Returns the only known word whose first or last part is the written one, or null. */
  private static @Nullable String containing(String written, Collection<String> known) {
    List<String> found =
        known.stream()
            .filter(word -> word.startsWith(written + "-") || word.endsWith("-" + written))
            .toList();
    return found.size() == 1 ? found.get(0) : null;
  }

  /**
   * Returns the number of insertions, deletions, replacements and swaps of neighbours between two
   * words (Damerau-Levenshtein, optimal string alignment).
   */
  public static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      cost[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      cost[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(replace, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
