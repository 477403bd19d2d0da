package dev.millrace.codec.text;

import org.jspecify.annotations.Nullable;

/**
 * Remembers texts that were accepted, so that a program's Strings for keys and classes, which
 * mostly come again, are neither checked nor encoded each time. Not thread-safe.
 *
 * <p>A table with one text per slot: the last one with its hash.
 */
public final class AcceptedTexts {
  private static final int SLOTS = 256;

  private final @Nullable String[] texts = new String[SLOTS];

  /** Returns the text if it was accepted lately, else null. */
  public @Nullable String find(String text) {
    String last = texts[slot(text)];
    return last != null && last.equals(text) ? last : null;
  }

  /** Adds a text that was accepted. */
  public void add(String text) {
    texts[slot(text)] = text;
  }

  private static int slot(String text) {
    int product = text.hashCode() * 0x9E3779B9;
    return product >>> 24;
  }
}
