package dev.millrace.data;

import java.io.IOException;
import java.io.Reader;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reference to a secret, which is looked up where and when it is used: no job graph, log or
 * checkpoint has it, and a new one needs no restart.
 *
 * @param placeholder {@code ${env:NAME}}, {@code ${file:/path/to.properties:key}} or {@code
 *     ${directory:/path:file}}, as Kafka's config providers have it
 */
@PublicApi
public record Secret(String placeholder) implements Serializable {
  private static final Pattern FORM =
      Pattern.compile("\\$\\{(?:(env):([^:}]+)|(file|directory):([^}]+):([^:}]+))\\}");

  /**
   * @throws IllegalArgumentException if the text is no such placeholder; it is not quoted
   */
  public Secret {
    if (!isPlaceholder(placeholder)) {
      throw new IllegalArgumentException("not a placeholder for a secret");
    }
  }

  /** Returns true if a text is a reference to a secret. */
  public static boolean isPlaceholder(String text) {
    return FORM.matcher(text).matches();
  }

  /** Returns true if it refers to an environment variable that is not set. */
  public boolean isUnsetVariable() {
    Matcher form = FORM.matcher(placeholder);
    String variable = form.matches() ? form.group(2) : null;
    if (variable == null) {
      return false;
    }
    String value = System.getenv(variable);
    return value == null || value.isBlank();
  }

  /**
   * Returns the current value of the secret.
   *
   * @throws IOException if there is none; the message names the place
   */
  public String resolve() throws IOException {
    Matcher form = FORM.matcher(placeholder);
    if (!form.matches()) {
      throw new IllegalStateException();
    }
    String secret =
        form.group(1) != null
            ? System.getenv(form.group(2))
            : form.group(3).equals("file")
                ? property(Path.of(form.group(4)), form.group(5))
                : file(Path.of(form.group(4), form.group(5)));
    if (secret == null || secret.isBlank()) {
      throw new IOException(placeholder + " is not set");
    }
    return secret;
  }

  private @Nullable String property(Path file, String key) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable();
    }
    return properties.getProperty(key);
  }

  private String file(Path file) throws IOException {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw unreadable();
    }
  }

  // Without a cause: messages of parsers quote what they read.
  private IOException unreadable() {
    return new IOException(placeholder + " cannot be read");
  }
}
