package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pages that a test generates: compared with what stands there, or written with {@code
 * -Dmillrace.docs.write=true}.
 */
public final class GeneratedPage {
  private static final boolean WRITE = Boolean.getBoolean("millrace.docs.write");

  private GeneratedPage() {}

  /** Returns true if pages are rewritten with what is generated. */
  public static boolean isWritten() {
    return WRITE;
  }

  /** The whole page is {@code generated} by {@code test}. */
  public static void requireIs(Path page, String generated, Class<?> test) throws IOException {
    if (WRITE) {
      Files.writeString(page, generated);
    }

    assertThat(page).as(remedy(test)).content().isEqualTo(generated);
  }

  /**
   * The table below the line {@code ruler} of the page has the {@code rows} that {@code test}
   * generated.
   */
  public static void requireTable(Path page, String ruler, String rows, Class<?> test)
      throws IOException {
    if (WRITE) {
      Files.writeString(
          page,
          Files.readString(page)
              .replaceFirst(
                  "(\n" + Pattern.quote(ruler) + "\n)(\\|.*\n)*",
                  "$1" + Matcher.quoteReplacement(rows)));
    }

    assertThat(page).as(remedy(test)).content().contains("\n" + ruler + "\n" + rows + "\n");
  }

  /**
   * The lines of the page between {@code first} and {@code last}, which are lines of their own, are
   * those that {@code test} generated.
   */
  public static void requireLines(Path page, String first, String last, String lines, Class<?> test)
      throws IOException {
    if (WRITE) {
      Files.writeString(
          page,
          Files.readString(page)
              .replaceFirst(
                  "(?s)(\n" + Pattern.quote(first) + "\n).*?(?=" + Pattern.quote(last) + "\n)",
                  "$1" + Matcher.quoteReplacement(lines)));
    }

    assertThat(page).as(remedy(test)).content().contains(first + "\n" + lines + last + "\n");
  }

  private static String remedy(Class<?> test) {
    return "rewrite it: mvn test -Dtest=" + test.getSimpleName() + " -Dmillrace.docs.write=true";
  }
}
