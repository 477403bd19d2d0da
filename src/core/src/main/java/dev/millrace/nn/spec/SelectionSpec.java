package dev.millrace.nn.spec;

import dev.millrace.data.Declaration;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Specification of champion and challengers, which learn the same examples.
 *
 * @param models at least 2, with unique names and the same class weights
 * @param champion name of the initial champion
 * @param isChampionNamed true if the settings name the champion; false if it is the first by
 *     default
 * @param onChange treatment of a stored model of another kind than its specification
 */
@PublicApi
public record SelectionSpec(
    List<NamedModel> models,
    String champion,
    boolean isChampionNamed,
    Promotion promotion,
    OnChange onChange)
    implements ModelSpec {

  /** Max number of models of a selection. */
  public static final int MAX_MODELS = 8;

  /** A named model of the selection. */
  public record NamedModel(String name, ModelSpec model) implements Serializable {}

  /** Rule that makes a challenger the champion. */
  public record Promotion(
      @Setting(
              value = "true",
              doc =
                  "promote challengers by the rule below; false: only by command or after a drift")
          boolean automatic,
      @Setting(
              value = "1000",
              in = "[1, 1000000]",
              doc = "number of examples over which the losses of the models decay")
          int window,
      @Setting(
              value = "500",
              in = "[1, 1000000]",
              doc =
                  "number of consecutive examples for which the loss of the challenger must be"
                      + " lower")
          int examples,
      @Setting(
              value = "0.01",
              in = "(0, 0.5]",
              doc =
                  "max probability that a challenger that is not better is promoted during the time"
                      + " of one champion")
          double significance)
      implements Serializable {

    /** The default rule. */
    public static final Promotion DEFAULT = Declaration.defaults(Promotion.class);
  }

  /** Treatment of a stored model of another kind. */
  public enum OnChange {
    /** Fails. */
    REJECT,
    /** Restarts the model from initial weights; the others are kept. */
    RESET,
    /** Reads a smaller model unchanged, to expand it. */
    GROW
  }

  public SelectionSpec {
    models = List.copyOf(models);
    if (models.size() < 2 || models.size() > MAX_MODELS) {
      throw new IllegalArgumentException(
          "champion and challengers must be 2 to "
              + MAX_MODELS
              + " models, but were "
              + models.size());
    }
    if (models.stream().map(NamedModel::name).distinct().count() < models.size()) {
      throw new IllegalArgumentException("two of the models have the same name");
    }
    if (models.stream().anyMatch(named -> named.model() instanceof SelectionSpec)) {
      throw new IllegalArgumentException("a model of a selection must not be a selection");
    }
    if (models.stream().noneMatch(named -> named.name().equals(champion))) {
      throw new IllegalArgumentException(
          "the champion \"" + champion + "\" must be one of the models");
    }
  }

  /** Returns a copy with another treatment of models of another kind. */
  public SelectionSpec with(OnChange other) {
    return new SelectionSpec(models, champion, isChampionNamed, promotion, other);
  }

  @Override
  public <R, X extends Exception> R match(
      Case<NetworkSpec, R, X> ifNetwork,
      Case<AutoModelSpec, R, X> ifAuto,
      Case<SelectionSpec, R, X> ifSelection)
      throws X {
    return ifSelection.of(this);
  }

  @Override
  public long seed() {
    return first().seed();
  }

  @Override
  public ClassWeights classWeights() {
    return first().classWeights();
  }

  /** Returns null: champion and challengers start from random initial weights. */
  @Override
  public @Nullable ModelStart start() {
    return null;
  }

  @Override
  public Indicators indicators() {
    return first().indicators();
  }

  private ModelSpec first() {
    return models.get(0).model();
  }

  @Override
  public List<ModelSpec> each() {
    return models.stream().map(NamedModel::model).toList();
  }

  @Override
  public SelectionSpec withIndicators(Indicators indicators) {
    List<NamedModel> changed =
        models.stream()
            .map(one -> new NamedModel(one.name(), one.model().withIndicators(indicators)))
            .toList();
    return new SelectionSpec(changed, champion, isChampionNamed, promotion, onChange);
  }

  /** Returns the names of the models, separated by commas. */
  public String names() {
    return models.stream().map(NamedModel::name).collect(Collectors.joining(", "));
  }
}
