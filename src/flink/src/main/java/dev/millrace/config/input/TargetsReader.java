package dev.millrace.config.input;

import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.DefaultLabel;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.input.InputSpec.Limits;
import dev.millrace.input.TargetSpec;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads {@code input.targets}: several labels of a record. */
final class TargetsReader {
  private static final int MAX_TARGETS = 100;

  private final OptionReader in;
  private final Limits limit;
  private final ConfigErrors errors;

  /**
   * @param in the input part
   */
  TargetsReader(OptionReader in, Limits limit, ConfigErrors errors) {
    this.in = in;
    this.limit = limit;
    this.errors = errors;
  }

  /** Returns the fields of the targets, or the one of the label. */
  static List<String> labelFields(OptionReader in) {
    YamlNode targets = in.given(InputOptions.TARGETS);
    if (targets instanceof Mapping map) {
      return List.copyOf(map.entries().keySet());
    } else if (targets instanceof Sequence list) {
      return list.items().stream().map(YamlNode::word).toList();
    }
    String label = in.given(InputOptions.LABEL);
    return label == null ? List.of() : List.of(label);
  }

  /**
   * Returns the targets with their lines, in their order; none if there is one label.
   *
   * @param late delayed labels, null for none
   */
  Map<TargetSpec, Integer> read(@Nullable LateLabels late) {
    Map<TargetSpec, Integer> targets = new LinkedHashMap<>();
    YamlNode node = in.given(InputOptions.TARGETS);
    if (node instanceof Sequence list) {
      for (int i = 0; i < list.items().size(); i++) {
        addItem(i, list.items().get(i), late, targets);
      }
    } else if (node instanceof Mapping map) {
      map.entries().forEach((name, entry) -> add(name, entry, late, targets));
    }
    if (node != null && (targets.isEmpty() || targets.size() > MAX_TARGETS)) {
      in.reject(
          InputOptions.TARGETS,
          "must be 1 to %d fields, but has %s"
              .formatted(MAX_TARGETS, targets.isEmpty() ? "none that is valid" : targets.size()));
    }
    rejectAlternatives();
    return targets;
  }

  private void addItem(
      int index, YamlNode item, @Nullable LateLabels late, Map<TargetSpec, Integer> targets) {
    String path = in.name(InputOptions.TARGETS) + "[" + index + "]";
    String name = item.word();
    if (name.isEmpty()) {
      errors.add(
          item.line(),
          path
              + " must be the name of a field, but was "
              + item.describe()
              + ". For options write a map, such as { click: binary, amount: regression }");
      return;
    }
    if (targets.keySet().stream().anyMatch(other -> other.name().equals(name))) {
      errors.add(item.line(), path + " is " + Scalar.quote(name) + " again. Remove one of them");
      return;
    }
    add(name, new Entry(item.line(), new Scalar(null, item.line())), late, targets);
  }

  private void add(
      String name, Entry entry, @Nullable LateLabels late, Map<TargetSpec, Integer> targets) {
    String path = in.name(InputOptions.TARGETS) + "." + name;
    boolean isLong = name.getBytes(StandardCharsets.UTF_8).length > Limits.MAX_CLASS_BYTES;
    if (name.isBlank() || isLong || name.chars().anyMatch(Character::isISOControl)) {
      errors.add(
          entry.line(),
          "%s must have fields of 1 to %d bytes without control characters, but one is %s"
              .formatted(
                  in.name(InputOptions.TARGETS), Limits.MAX_CLASS_BYTES, Scalar.quote(name)));
      return;
    }
    Mapping options = options(entry);
    if (options == null) {
      errors.add(
          entry.line(),
          path + " must be a task or a map of options, but was " + entry.value().describe());
      return;
    }
    OptionReader target = new OptionReader(path, options, InputOptions.TARGET_GROUP, errors);
    targets.put(target(name, target, late), entry.line());
  }

  /** Returns the options of a target, which a task alone abbreviates; null if there are none. */
  private static @Nullable Mapping options(Entry entry) {
    if (entry.value() instanceof Mapping map) {
      return map;
    }
    if (!(entry.value() instanceof Scalar task)) {
      return null;
    }
    return new Mapping(
        task.text() == null
            ? Map.of()
            : Map.of(InputOptions.TARGET_TASK.name(), new Entry(entry.line(), task)),
        entry.line());
  }

  private TargetSpec target(String name, OptionReader target, @Nullable LateLabels late) {
    ClassesReader reader = ClassesReader.ofTarget(target);
    DefaultLabel onTimeout = onTimeout(target, reader, late);
    List<String> classes = reader.withImplied(onTimeout);
    reader.check(classes, limit, in.get(InputOptions.FORMAT));
    reader.checkOutputNames(classes);
    Task task = reader.task(classes);
    if (late != null && task == null && !target.mentions(InputOptions.TARGET_TASK)) {
      target.reject(
          InputOptions.TARGET_TASK,
          "is missing: with input.labels, models predict before the first label. Add it, for"
              + " example: task: binary");
    }
    for (var option : List.of(InputOptions.TARGET_TIMEOUT, InputOptions.TARGET_ON_TIMEOUT)) {
      if (late == null && target.has(option)) {
        target.reject(
            option, "applies only to delayed labels. Add input.labels, or remove this option");
      }
    }
    return target.read(new TargetSpec(name, task, classes, null, null, onTimeout));
  }

  private static @Nullable DefaultLabel onTimeout(
      OptionReader target, ClassesReader reader, @Nullable LateLabels late) {
    String onTimeout = target.given(InputOptions.TARGET_ON_TIMEOUT);
    if (onTimeout != null) {
      return reader.defaultLabel(
          onTimeout, error -> target.reject(InputOptions.TARGET_ON_TIMEOUT, error));
    }
    DefaultLabel common = late == null ? null : late.onTimeout();
    if (common == null || common.label() == null) {
      return null;
    }
    Consumer<String> errors =
        error ->
            target.reject(
                InputOptions.TARGET_ON_TIMEOUT,
                "is that of input.labels, which " + error + ". Set one of its own");
    return reader.defaultLabel(common.label(), errors);
  }

  /** Rejects options of the input that are those of one label. */
  private void rejectAlternatives() {
    if (!in.mentions(InputOptions.TARGETS)) {
      return;
    }
    if (in.mentions(InputOptions.LABEL)) {
      in.reject(
          InputOptions.LABEL,
          "and input.targets exclude each other: each target is a label. Remove one of them");
    }
    for (var option :
        List.of(InputOptions.TASK, InputOptions.CLASSES, InputOptions.POSITIVE_CLASS)) {
      if (in.mentions(option)) {
        in.reject(
            option,
            "is an option of one label. Set it for a target, for example: targets: { FIELD: { %s } }"
                .formatted(
                    option == InputOptions.TASK
                        ? "task: binary"
                        : option == InputOptions.CLASSES
                            ? "classes: [no, yes]"
                            : "positive-class: yes"));
      }
    }
    if (in.get(InputOptions.FORMAT) == InputSpec.Format.AVRO && !in.mentions(InputOptions.SCHEMA)) {
      in.reject(
          InputOptions.TARGETS,
          "need records with a field for each target, but the standard example schema has one"
              + " label. Use format: json or csv, or name the records' own Avro schema with"
              + " input.schema");
    }
  }
}
