package dev.millrace.codec.fields;

import dev.millrace.codec.text.NumberText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.codec.text.TextCache;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.OutputLabels;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.Limits;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.avro.util.Utf8;

/** Reads sets of labels into the text of {@link OutputLabels}. Not thread-safe. */
public final class LabelSetReader implements LabelValues {
  // A character has at most that many bytes in UTF-8.
  private static final int MAX_BYTES_PER_CHARACTER = 3;

  private final String separator;
  private final Set<String> declared;
  private final int maxNames;
  private final TextCache texts;
  private final Set<String> names = new LinkedHashSet<>();

  public LabelSetReader(InputSpec spec, TextCache texts) {
    this.texts = texts;
    separator = spec.labelSeparator();
    declared = new HashSet<>(spec.classes());
    maxNames = spec.limits().classes();
  }

  /** Reads a text of names with the separator between them; without one it is the empty set. */
  @Override
  public void text(Example example, Utf8 value) throws RejectedException {
    begin();
    for (String name : OutputLabels.split(decoded(value), separator)) {
      add(name);
    }
    end(example);
  }

  /** Reads a number as the set of the one label that is named by it. */
  @Override
  public void number(Example example, double value) throws RejectedException {
    begin();
    addNumber(value);
    end(example);
  }

  /** Starts a set. */
  public void begin() {
    names.clear();
  }

  /** Adds the label that has the number's digits as its name. */
  void addNumber(Number number) throws RejectedException {
    LabelReader.requireFloat("", number.doubleValue());
    add(NumberText.of(number));
  }

  /** Adds a label; an empty one is ignored. */
  void addText(Utf8 name) throws RejectedException {
    if (name.getByteLength() > 0) {
      add(decoded(name));
    }
  }

  /** Completes the set. */
  public void end(Example example) {
    example.label = OutputLabels.ofSet(names);
  }

  private String decoded(Utf8 text) throws RejectedException {
    String decoded = texts.get(text.getBytes(), text.getByteLength());
    if (decoded == null) {
      throw LabelReader.notUtf8("");
    }
    return decoded;
  }

  private void add(String name) throws RejectedException {
    if (name.length() > Limits.MAX_CLASS_BYTES / MAX_BYTES_PER_CHARACTER) {
      LabelReader.requireLength(" in the set", name.getBytes(StandardCharsets.UTF_8).length);
    }
    LabelReader.requireNoControl("", name);
    if (!declared.isEmpty() && !declared.contains(name)) {
      throw LabelReader.unknown(name, "");
    }
    names.add(name);
    if (names.size() > maxNames) {
      throw new RejectedException(
          DeadLetterReason.INVALID_LABEL,
          "the label has more than %d names; limits.classes is %1$d".formatted(maxNames));
    }
  }
}
