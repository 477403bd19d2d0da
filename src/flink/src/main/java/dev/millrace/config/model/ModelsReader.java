package dev.millrace.config.model;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code models}, champion and challengers, or else the single {@code model}. */
public final class ModelsReader {
  private static final Pattern NAME = Pattern.compile("(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*");
  // In place of models that have errors.
  private static final ModelSpec INVALID = ModelSpec.single(1);

  private final OptionReader root;
  private final ConfigErrors errors;
  private final ModelReader one;

  /**
   * @param one reader of each model
   */
  public ModelsReader(OptionReader root, ConfigErrors errors, ModelReader one) {
    this.root = root;
    this.errors = errors;
    this.one = one;
  }

  /** Returns the groups of the options of models, in the order of the reference. */
  public static List<OptionGroup> groups() {
    List<OptionGroup> groups = new ArrayList<>();
    Collections.addAll(
        groups,
        AutoOptions.AUTO_GROUP,
        WarmStartOptions.AUTO_GROUP,
        ModelOptions.MODEL_GROUP,
        WarmStartOptions.MODEL_GROUP,
        ModelOptions.LAYER_GROUP,
        ModelOptions.EMBEDDINGS_GROUP);
    groups.addAll(ModelOptions.OPTIMIZERS.groups());
    groups.addAll(ModelOptions.SCHEDULES.groups());
    groups.add(ModelOptions.NORMALIZATION_GROUP);
    return groups;
  }

  /**
   * Returns the models, or the single one, for what comes in; tasks are null where they will be
   * guessed from the labels.
   */
  public ModelSpec read(InputSpec input) {
    return hasSeveral() ? readSeveral(input) : one.read(input);
  }

  private boolean hasSeveral() {
    if (root.mentions(SelectionOptions.MODELS)) {
      return true;
    }
    for (Option<?> option : List.of(SelectionOptions.CHAMPION, SelectionOptions.PROMOTION)) {
      if (root.mentions(option)) {
        root.reject(
            option, "applies only with models, but there are none. Add models, or remove it");
      }
    }
    root.below(SelectionOptions.PROMOTION, SelectionOptions.GROUP); // reports its errors
    return false;
  }

  private ModelSpec readSeveral(InputSpec input) {
    int before = errors.count();
    if (root.mentions(ModelOptions.MODEL)) {
      root.reject(ModelOptions.MODEL, "and models exclude each other. Keep one");
    }
    OptionReader promotion = root.below(SelectionOptions.PROMOTION, SelectionOptions.GROUP);
    if (!(root.given(SelectionOptions.MODELS) instanceof Mapping models)) {
      if (errors.count() == 0) {
        root.reject(SelectionOptions.MODELS, "has no value. Add 2 or more models, or remove it");
      }
      return INVALID;
    }
    List<NamedModel> entrants = new ArrayList<>();
    models.entries().forEach((name, entry) -> read(name, entry, input, entrants));
    checkCount(models.entries().size());
    List<String> names = List.copyOf(models.entries().keySet());
    if (root.mentions(AutoOptions.AUTO)
        && entrants.stream().allMatch(entrant -> entrant.model() instanceof NetworkSpec)) {
      root.reject(
          AutoOptions.AUTO,
          "applies only to model: auto, but no model is auto. Remove it, or add one");
    }
    String champion = root.given(SelectionOptions.CHAMPION);
    if (champion != null && !names.contains(champion)) {
      root.reject(SelectionOptions.CHAMPION, OptionTypes.notKnown(champion, names));
    }
    if (!errors.noneSince(before)) {
      return INVALID;
    }
    return new SelectionSpec(
        entrants,
        champion == null ? names.get(0) : champion,
        champion != null,
        promotion.read(SelectionSpec.Promotion.class),
        OnChange.REJECT);
  }

  private void checkCount(int count) {
    if (count < 2 || count > SelectionSpec.MAX_MODELS) {
      root.reject(
          SelectionOptions.MODELS,
          "must be 2 to %d models, but there %s %d. For a single model, use model"
              .formatted(SelectionSpec.MAX_MODELS, count == 1 ? "is" : "are", count));
    }
  }

  private void read(String name, Entry entry, InputSpec input, List<NamedModel> entrants) {
    String path = SelectionOptions.MODELS.name() + "." + name;
    if (!NAME.matcher(name).matches()) {
      errors.add(
          entry.line(),
          path
              + " is not a valid model name. Use at most 40 lower-case letters, digits and single"
              + " hyphens");
      return;
    }
    ModelSpec model = model(path, entry, input);
    if (model == null) {
      return;
    }
    if (model instanceof NetworkSpec network
        && input.modelTasks().stream().anyMatch(task -> task != Task.REGRESSION)) {
      requireProbabilities(path, entry, network);
    }
    if (!entrants.isEmpty()
        && !model.classWeights().equals(entrants.get(0).model().classWeights())) {
      errors.add(
          entry.line(),
          "%s has other class-weights than models.%s. All models must have the same class-weights"
              .formatted(path, entrants.get(0).name()));
    }
    entrants.add(new NamedModel(name, model));
  }

  /** Returns one of the models, null if it has errors. */
  private @Nullable ModelSpec model(String path, Entry entry, InputSpec input) {
    if (entry.value() instanceof Mapping mapping) {
      OptionReader model = new OptionReader(path, mapping, ModelOptions.MODEL_GROUP, errors);
      if (model.mentions(WarmStartOptions.WARM_START)) {
        model.reject(
            WarmStartOptions.WARM_START,
            "applies only to a single model. Remove it, or use model instead of models");
        return null;
      }
      return one.network(model, input);
    }
    AutoModelSpec auto = one.auto(input);
    if (auto.start() != null || one.warmStartKey() != null) {
      root.reject(
          AutoOptions.AUTO, "has warm-start, which applies only to a single model. Remove it");
      return null;
    }
    if (entry.value() instanceof Scalar word && ModelReader.AUTO.equals(word.text())) {
      return auto;
    }
    try {
      AutoSpec.Tier tier = AutoOptions.TIERS.read(entry.value());
      AutoSpec mixture =
          new AutoSpec(
              tier, auto.auto().members(), auto.auto().buffer(), auto.auto().targetScale());
      return ModelSpec.auto(auto.seed(), mixture, auto.classWeights());
    } catch (OptionType.InvalidValueException e) {
      errors.add(
          entry.line(),
          path
              + " must be auto, fast, balanced, accurate, or a map of options, but was "
              + entry.value().describe());
      return null;
    }
  }

  private void requireProbabilities(String path, Entry entry, NetworkSpec model) {
    Loss loss = model.loss(Task.MULTICLASS);
    if (!loss.isCrossEntropy()) {
      errors.add(
          entry.line(),
          path
              + ".loss "
              + loss.id()
              + " gives no probabilities, by which classifiers are compared. Use a cross-entropy,"
              + " or set input.task: regression");
    }
  }
}
