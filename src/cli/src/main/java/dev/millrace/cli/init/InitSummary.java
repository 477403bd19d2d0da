package dev.millrace.cli.init;

import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What {@code init} says of the file it wrote, and the commands that come next. */
final class InitSummary {
  private static final int MAX_NAME = 60;

  private final Path file;
  private final Path data;
  private final InputProfile input;
  private final PipelineDraft draft;

  /**
   * @param file the pipeline file
   * @param data the file that it was drafted from, or null
   */
  InitSummary(Path file, Path data, InputProfile input, PipelineDraft draft) {
    this.file = file;
    this.data = data;
    this.input = input;
    this.draft = draft;
  }

  /**
   * The lines.
   *
   * @param label null with the standard example schema alone
   * @param key null where the record key says which model learns
   * @param notLabels fields that a label was not guessed from; null if somebody named it
   * @param keys candidates for the key
   */
  List<String> lines(
      FieldProfile label,
      FieldProfile key,
      List<FieldRoles.Candidate> notLabels,
      List<FieldRoles.Candidate> keys) {
    List<String> lines = new ArrayList<>();
    Task task = draft.task();
    lines.add(
        "Wrote %s: predicts %s%s from %s%s."
            .formatted(
                file,
                label == null ? "label" : shown(label),
                task == null ? "" : " (" + KebabCase.of(task) + ")",
                Plural.of(draft.features(), "field"),
                key == null ? "" : ", one model per " + shown(key)));
    if (notLabels != null && !input.standard()) {
      lines.add("The label is a guess. Another one: --label FIELD");
      notLabels.forEach(field -> lines.add(notLabel(field)));
    }
    if (key == null && !keys.isEmpty() && input.isFile()) {
      lines.add(
          "One model for all rows. One for each value of a column: --key "
              + keys.stream()
                  .map(candidate -> shown(candidate.field()) + " (" + candidate.why() + ")")
                  .collect(Collectors.joining(", or ")));
    }
    lines.addAll(next(key));
    return lines;
  }

  private List<String> next(FieldProfile key) {
    String rows =
        "--input " + word(String.valueOf(data)) + (key == null ? "" : " --key " + word(key.name()));
    String config = "-c " + word(file.toString());
    List<String> commands = new ArrayList<>(List.of("validate " + config));
    if (input.isFile()) {
      commands.add("evaluate " + config + " " + rows);
    }
    commands.add("topics create " + config);
    if (input.isFile()) {
      commands.add("produce " + config + " " + rows);
    }
    commands.add("run " + config);
    List<String> lines = new ArrayList<>();
    for (String command : commands) {
      lines.add((lines.isEmpty() ? "Next:  " : "       ") + "./millrace " + command);
    }
    return lines;
  }

  /** Why a field that is called like a label was not guessed to be it. */
  static String notLabel(FieldRoles.Candidate field) {
    return "Not taken for the label: %s (%s)".formatted(shown(field.field()), field.why());
  }

  private static String shown(FieldProfile field) {
    return Terminal.printable(field.name(), MAX_NAME);
  }

  /** A word as a shell takes it. */
  private static String word(String text) {
    return text.matches("[A-Za-z0-9_.:/-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
