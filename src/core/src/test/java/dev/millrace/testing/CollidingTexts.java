package dev.millrace.testing;

import java.util.ArrayList;
import java.util.List;

/** Different texts that {@link String#hashCode} cannot tell apart. */
public final class CollidingTexts {

  private CollidingTexts() {}

  /**
   * Makes texts out of the blocks "Aa" and "BB", which have one hash code.
   *
   * @param count a power of two
   */
  public static List<String> of(int count) {
    int blocks = Integer.numberOfTrailingZeros(count);
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder(2 * blocks);
      for (int block = 0; block < blocks; block++) {
        text.append((i >> block & 1) == 0 ? "Aa" : "BB");
      }
      texts.add(text.toString());
    }
    return texts;
  }
}
