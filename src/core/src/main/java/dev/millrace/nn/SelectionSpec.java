package dev.millrace.nn;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Several models that learn the same and of which one answers.
 *
 * @param models at least 2, of different names and the same class weights
 * @param champion name of the one that answers at first
 * @param isChampionNamed whether the settings name it, rather than leave it to be the first
 * @param onChange what is done with a stored model that is not of the kind its name stands for now
 */
public record SelectionSpec(
    List<Entrant> models,
    String champion,
    boolean isChampionNamed,
    Promotion promotion,
    OnChange onChange)
    implements ModelSpec {

  /** Models of one selection at most. */
  public static final int MAX_MODELS = 8;

  /** A model that takes part. */
  public record Entrant(String name, ModelSpec model) implements Serializable {}

  /**
   * When a challenger becomes champion.
   *
   * @param automatic whether it does without being told to
   * @param window examples over which losses fade, at least 1
   * @param examples for which its windowed loss must have been the lower one without a break
   * @param significance how likely one that is no better may take over in a champion's time
   */
  public record Promotion(boolean automatic, int window, int examples, double significance)
      implements Serializable {

    /** What is done where nothing else is said. */
    public static final Promotion DEFAULT = new Promotion(true, 1_000, 500, 0.01);
  }

  /** What is done with a stored model that does not fit. */
  public enum OnChange {
    REFUSE,
    /** It starts afresh; the others stay. */
    RESET,
    /** A smaller one is read as it is, to be grown. */
    GROW
  }

  public SelectionSpec {
    models = List.copyOf(models);
    if (models.size() < 2 || models.size() > MAX_MODELS) {
      throw new IllegalArgumentException(
          "champion and challengers are 2 to "
              + MAX_MODELS
              + " models, but these are "
              + models.size());
    }
    if (models.stream().map(Entrant::name).distinct().count() < models.size()) {
      throw new IllegalArgumentException("two of the models have the same name");
    }
    if (models.stream().anyMatch(entrant -> entrant.model() instanceof SelectionSpec)) {
      throw new IllegalArgumentException("one of the models is several models");
    }
    if (models.stream().noneMatch(entrant -> entrant.name().equals(champion))) {
      throw new IllegalArgumentException("the champion \"" + champion + "\" is none of the models");
    }
  }

  /** The same with another treatment of models that do not fit. */
  public SelectionSpec with(OnChange other) {
    return new SelectionSpec(models, champion, isChampionNamed, promotion, other);
  }

  @Override
  public <R, X extends Exception> R match(
      Case<NetworkModelSpec, R, X> ofNetwork,
      Case<AutoModelSpec, R, X> ofAuto,
      Case<SelectionSpec, R, X> ofSelection)
      throws X {
    return ofSelection.of(this);
  }

  @Override
  public long seed() {
    return first().seed();
  }

  @Override
  public ClassWeights classWeights() {
    return first().classWeights();
  }

  /** Null: champion and challengers start from drawn weights. */
  @Override
  public ModelStart start() {
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
    return models.stream().map(Entrant::model).toList();
  }

  @Override
  public SelectionSpec withIndicators(Indicators indicators) {
    List<Entrant> others =
        models.stream()
            .map(one -> new Entrant(one.name(), one.model().withIndicators(indicators)))
            .toList();
    return new SelectionSpec(others, champion, isChampionNamed, promotion, onChange);
  }

  /** The models' names in words. */
  public String names() {
    return models.stream().map(Entrant::name).collect(Collectors.joining(", "));
  }
}
