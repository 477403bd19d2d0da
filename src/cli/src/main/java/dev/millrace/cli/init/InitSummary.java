package dev.millrace.cli.init;

import dev.millrace.cli.console.Plural;
import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Summary of a drafted pipeline file, and the next commands. */
final class InitSummary {
  private static final int MAX_NAME = 60;

  private final Path file;
  private final @Nullable Path data;
  private final InputProfile input;
  private final PipelineDraft draft;

  /**
   * @param file the pipeline file
   * @param data the file from which it was drafted
   */
  InitSummary(Path file, @Nullable Path data, InputProfile input, PipelineDraft draft) {
    this.file = file;
    this.data = data;
    this.input = input;
    this.draft = draft;
  }

  /**
   * Returns the lines.
   *
   * @param labels none only for the standard example schema
   * @param key null for the record key
   * @param notLabels fields that are not guessed as label; null if the user named the label
   * @param keys possible keys
   */
  List<String> lines(
      List<FieldProfile> labels,
      @Nullable FieldProfile key,
      @Nullable List<FieldRoles.Candidate> notLabels,
      List<FieldRoles.Candidate> keys) {
    List<String> lines = new ArrayList<>();
    String target = labels.isEmpty() ? "label" : predicted(labels);
    String each = key == null ? "" : ", one model per " + shown(key);
    lines.add(
        draft.forecastsOnly()
            ? "Wrote %s: forecasts %s from its earlier values%s."
                .formatted(file, shown(labels.get(0)), each)
            : "Wrote %s: predicts %s from %s%s."
                .formatted(file, target, Plural.of(draft.features(), "field"), each));
    if (notLabels != null && !input.standard()) {
      lines.add("The label is a guess. Choose another one: --label FIELD");
      notLabels.forEach(field -> lines.add(notLabel(field)));
    }
    if (key == null && !keys.isEmpty() && input.isFile()) {
      lines.add(
          "One model for all rows. For one model per value of a column: --key "
              + keys.stream()
                  .map(candidate -> shown(candidate.field()) + " (" + candidate.why() + ")")
                  .collect(Collectors.joining(", or ")));
    }
    lines.addAll(next(key));
    return lines;
  }

  private String predicted(List<FieldProfile> labels) {
    return labels.stream()
        .map(
            label ->
                input.records() == 0
                    ? shown(label)
                    : "%s (%s)".formatted(shown(label), KebabCase.of(FieldRoles.task(label))))
        .collect(Collectors.joining(", "));
  }

  private List<String> next(@Nullable FieldProfile key) {
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

  /** Returns the reason why a field is not guessed as label. */
  static String notLabel(FieldRoles.Candidate field) {
    return "Not taken for the label: %s (%s)".formatted(shown(field.field()), field.why());
  }

  private static String shown(FieldProfile field) {
    return Printable.line(field.name(), MAX_NAME);
  }

  /** Returns an argument in shell quotes if needed. */
  private static String word(String text) {
    return text.matches("[A-Za-z0-9_.:/-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
