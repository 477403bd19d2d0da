package dev.millrace.codec.text;

import java.util.Arrays;

/**
 * Splits a text into its words: runs of letters and digits, with the marks that belong to letters,
 * in lower case. Not thread-safe.
 */
public final class WordSplitter {
  private static final int NONE = -1;

  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private byte[] bytes = new byte[256];
  private int length;
  // Place of the next character.
  private int next;

  /** Returns the words, each followed by a space. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns where a word starts. */
  public int start(int word) {
    return starts[word];
  }

  /** Returns where a word ends. */
  public int end(int word) {
    return ends[word];
  }

  /**
   * Splits a text in UTF-8 and returns the number of words; bytes that are not UTF-8 part them.
   *
   * @param maxWords words after which the rest of the text is not read
   */
  public int split(byte[] utf8, int textLength, int maxWords) {
    length = 0;
    next = 0;
    int words = 0;
    int start = NONE;
    while (next < textLength) {
      int character = decode(utf8, textLength);
      if (isPart(character, start != NONE)) {
        start = start == NONE ? length : start;
        encode(Character.toLowerCase(character));
      } else if (start != NONE) {
        add(words++, start);
        start = NONE;
        if (words == maxWords) {
          return words;
        }
      }
    }
    if (start != NONE) {
      add(words++, start);
    }
    return words;
  }

  private static boolean isPart(int character, boolean isWithin) {
    if (character < 0x80) {
      return (character >= 'a' && character <= 'z')
          || (character >= '0' && character <= '9')
          || (character >= 'A' && character <= 'Z');
    }
    return Character.isLetterOrDigit(character) || (isWithin && isMark(character));
  }

  private static boolean isMark(int character) {
    int type = Character.getType(character);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  private void add(int word, int start) {
    if (word == starts.length) {
      starts = Arrays.copyOf(starts, 2 * word);
      ends = Arrays.copyOf(ends, 2 * word);
    }
    starts[word] = start;
    ends[word] = length;
    put(' ');
  }

  /** Returns the next character, a replacement character for a byte that starts none. */
  private int decode(byte[] utf8, int textLength) {
    int first = utf8[next++];
    if (first >= 0) {
      return first;
    }
    int more = first >= -16 ? 3 : first >= -32 ? 2 : first >= -64 ? 1 : 0;
    if (more == 0 || first >= -8 || next + more > textLength) {
      return '\uFFFD';
    }
    int character = first & (0x3F >> more);
    for (int i = 0; i < more; i++) {
      if ((utf8[next + i] & 0xC0) != 0x80) {
        return '\uFFFD';
      }
      character = (character << 6) | (utf8[next + i] & 0x3F);
    }
    next += more;
    return Character.isValidCodePoint(character) ? character : '\uFFFD';
  }

  private void encode(int character) {
    if (character < 0x80) {
      put(character);
    } else if (character < 0x800) {
      put(0xC0 | (character >> 6));
      put(0x80 | (character & 0x3F));
    } else if (character < 0x10000) {
      put(0xE0 | (character >> 12));
      put(0x80 | ((character >> 6) & 0x3F));
      put(0x80 | (character & 0x3F));
    } else {
      put(0xF0 | (character >> 18));
      put(0x80 | ((character >> 12) & 0x3F));
      put(0x80 | ((character >> 6) & 0x3F));
      put(0x80 | (character & 0x3F));
    }
  }

  private void put(int value) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = (byte) value;
  }
}
