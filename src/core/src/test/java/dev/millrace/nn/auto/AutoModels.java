package dev.millrace.nn.auto;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.data.Task;
import dev.millrace.input.IdColumns;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** Mixtures, and random examples for them. */
public final class AutoModels {

  static final int INPUTS = 5;

  /** Values of the nominal column, the last inputs, of models that have indicators. */
  private static final int NOMINAL_VALUES = 3;

  /** Numbers and ids of every type, a cross, ids that are admitted late and ids that expire. */
  static final InputSpec WITH_IDS =
      InputSpec.DEFAULT.with(
          to -> {
            to.features =
                List.of(
                    ids("user", FeatureSpec.Type.ID, new IdOptions(1, 1, 400, 1)),
                    number("a"),
                    ids("tags", FeatureSpec.Type.SET, new IdOptions(3, 2, 0, 1)),
                    number("b"),
                    number("c"),
                    ids("item", FeatureSpec.Type.ID, IdOptions.ONE),
                    ids("words", FeatureSpec.Type.SPARSE, new IdOptions(2, 1, 0, 1)),
                    number("d"),
                    number("e"));
            to.crosses = List.of(List.of("user", "item"), List.of("tags", "item"));
            to.limits = to.limits.withIds(100);
          });

  private static FeatureSpec ids(String name, FeatureSpec.Type type, IdOptions options) {
    return FeatureSpec.ofIds(name, type, false, options);
  }

  private static FeatureSpec number(String name) {
    return new FeatureSpec(name, FeatureSpec.Type.NUMERIC, false, List.of(), 0);
  }

  /** A mixture's settings and its task. */
  record Case(
      AutoSpec auto,
      Task task,
      int classes,
      boolean hasIds,
      boolean hasExperts,
      boolean hasNominal) {

    Case(AutoSpec auto, Task task, int classes) {
      this(auto, task, classes, false, false);
    }

    Case(AutoSpec auto, Task task, int classes, boolean hasIds, boolean hasExperts) {
      this(auto, task, classes, hasIds, hasExperts, false);
    }

    AutoModelSpec spec() {
      Indicators indicators = hasIds ? Indicators.of(WITH_IDS) : Indicators.NONE;
      if (hasNominal) {
        indicators = Indicators.last(NOMINAL_VALUES, INPUTS);
      }
      if (hasExperts) {
        int[] numbers = indicators.ids().numbers(inputs());
        indicators = indicators.withExperts(numbers[0], numbers[3]);
      }
      AutoModelSpec spec = ModelSpec.auto(3, auto, ClassWeights.NONE);
      return hasIds || hasExperts || hasNominal ? spec.withIndicators(indicators) : spec;
    }

    int inputs() {
      return hasIds ? WITH_IDS.width() : INPUTS;
    }

    OnlineModel model() {
      return Models.create(spec(), task, inputs(), classes, 7);
    }

    @Override
    public String toString() {
      return auto.id()
          + " "
          + task
          + " "
          + classes
          + (hasIds ? " with ids" : "")
          + (hasExperts ? " with experts" : "")
          + (hasNominal ? " with a nominal column" : "");
    }
  }

  private AutoModels() {}

  /** Returns a row without numbers for members of a mixture of so many inputs and classes. */
  public static Row emptyRow(AutoSpec auto, Task task, int inputs, int classes) {
    Row row = Row.of(new Workspace());
    MixtureKind kind = new MixtureKind(auto, 3, task, inputs, classes);
    row.begin(kind, AutoShape.of(kind, row).predictions(), 0, new float[inputs], 0, null, 0);
    return row;
  }

  /** Every tier with every task, with and without ids, and values with experts. */
  static List<Case> cases() {
    return Stream.of(withoutIds(), withIds(), withExperts()).flatMap(List::stream).toList();
  }

  /** Values of which two numbers of a row are predictions, with and without ids. */
  static List<Case> withExperts() {
    List<Case> cases = new ArrayList<>();
    for (AutoSpec.Tier tier : AutoSpec.Tier.values()) {
      cases.add(new Case(new AutoSpec(tier, Set.of(), 20), Task.REGRESSION, 0, false, true));
    }
    AutoSpec fast = new AutoSpec(AutoSpec.Tier.FAST, EXTRAS, 20);
    cases.add(new Case(fast, Task.REGRESSION, 0, true, true));
    return cases;
  }

  /** The smallest and the largest tier with every task, of records that have ids. */
  static List<Case> withIds() {
    List<Case> cases = new ArrayList<>();
    for (AutoSpec.Tier tier : List.of(AutoSpec.Tier.FAST, AutoSpec.Tier.ACCURATE)) {
      AutoSpec auto = new AutoSpec(tier, EXTRAS, 20);
      cases.add(new Case(auto, Task.BINARY, 2, true, false));
      cases.add(new Case(auto, Task.MULTICLASS, 5, true, false));
      cases.add(new Case(auto, Task.REGRESSION, 0, true, false));
    }
    return cases;
  }

  /**
   * Every tier with every task, with a buffer so small that it is soon full; with all members also
   * of rows with a nominal column.
   */
  static List<Case> withoutIds() {
    List<Case> cases = new ArrayList<>();
    for (AutoSpec.Tier tier : AutoSpec.Tier.values()) {
      for (Set<AutoSpec.Extra> extras : List.of(Set.<AutoSpec.Extra>of(), EXTRAS)) {
        AutoSpec auto = new AutoSpec(tier, extras, 20);
        cases.add(new Case(auto, Task.BINARY, 2));
        cases.add(new Case(auto, Task.MULTICLASS, 19));
        cases.add(new Case(auto, Task.REGRESSION, 0));
      }
      AutoSpec all = new AutoSpec(tier, EXTRAS, 20);
      cases.add(new Case(all, Task.BINARY, 2, false, false, true));
      cases.add(new Case(all, Task.MULTICLASS, 5, false, false, true));
      cases.add(new Case(all, Task.REGRESSION, 0, false, false, true));
    }
    return cases;
  }

  private static final Set<AutoSpec.Extra> EXTRAS = Set.of(AutoSpec.Extra.values());

  static byte[] bytes(OnlineModel model) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      model.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static OnlineModel read(byte[] bytes, ModelSpec spec, Task task) throws IOException {
    return Models.read(new BoundedDataInput(bytes), spec, task, new Workspace());
  }

  /** Features of an example, some of them missing. */
  static void features(long example, float[] x, int offset) {
    Random random = new Random(example);
    for (int i = 0; i < INPUTS; i++) {
      x[offset + i] = random.nextInt(20) == 0 ? Float.NaN : (float) random.nextGaussian() * (i + 1);
    }
  }

  /**
   * Returns the row of an example for a model; see {@link #row(OnlineModel, long, float[], int)}.
   */
  static float[] row(OnlineModel model, long example) {
    float[] row = new float[model.inputs()];
    row(model, example, row, 0);
    return row;
  }

  /**
   * Writes the features of an example, a nominal column if the model has indicators, and ids if it
   * learns some, missing ones too.
   */
  static void row(OnlineModel model, long example, float[] x, int offset) {
    IdColumns ids = model.indicators().ids();
    if (ids.isEmpty()) {
      features(example, x, offset);
      if (model.indicators().columns().length > 0) {
        int first = offset + INPUTS - NOMINAL_VALUES;
        Arrays.fill(x, first, offset + INPUTS, 0f);
        x[first + new Random(~example).nextInt(NOMINAL_VALUES)] = 1f;
      }
      return;
    }
    Random random = new Random(~example);
    Arrays.fill(x, offset, offset + model.inputs(), Float.NaN);
    float[] numbers = new float[INPUTS];
    features(example, numbers, 0);
    int[] places = ids.numbers(model.inputs());
    for (int i = 0; i < INPUTS; i++) {
      x[offset + places[i]] = numbers[i];
    }
    for (IdColumns.Column column : ids.columns()) {
      int count = Math.min(column.options().max(), random.nextInt(4));
      for (int i = 0; i < count; i++) {
        int at = offset + column.start() + i * column.width();
        IdWords.write(column.name().hashCode() * 1_000_003L + random.nextInt(60), x, at);
        if (column.isWeighted()) {
          x[at + IdWords.ID_WIDTH] = random.nextFloat() - 0.5f;
        }
      }
    }
    IdWords.writeTime(example * 10, x, offset + ids.timeAt());
  }

  private static double signal(float[] x, int offset) {
    float first = Float.isNaN(x[offset]) ? 0f : x[offset];
    float second = Float.isNaN(x[offset + 1]) ? 0f : x[offset + 1];
    return 2 * first + second;
  }

  static int label(float[] x, int offset, int classes) {
    int bin = (int) Math.floor((signal(x, offset) + 6) / 12 * classes);
    return Math.max(0, Math.min(classes - 1, bin));
  }

  static double value(float[] x, int offset) {
    return 100 + 10 * signal(x, offset);
  }

  /** Learns examples one by one, all classes known. */
  static float learn(OnlineModel model, int from, int to) {
    float[] x = new float[INPUTS];
    float[] row = new float[model.inputs()];
    float[] out = new float[Math.max(1, model.outputs())];
    float loss = 0f;
    for (int e = from; e < to; e++) {
      features(e, x, 0);
      row(model, e, row, 0);
      float weight = 1 + e % 3;
      loss +=
          model.classes() > 0
              ? model.learnClass(row, 0, label(x, 0, model.classes()), weight, out)
              : model.learnValue(row, 0, value(x, 0), weight, out);
    }
    return loss / (to - from);
  }

  /** The same examples in calls of so many. */
  static void learnTogether(OnlineModel model, int from, int to, int together) {
    int inputs = model.inputs();
    float[] x = new float[INPUTS];
    float[] all = new float[together * inputs];
    int[] labels = new int[together];
    double[] values = new double[together];
    float[] weights = new float[together];
    float[] out = new float[together * model.outputs()];
    float[] losses = new float[together];
    for (int e = from; e < to; e += together) {
      int rows = Math.min(together, to - e);
      for (int r = 0; r < rows; r++) {
        features(e + r, x, 0);
        row(model, e + r, all, r * inputs);
        weights[r] = 1 + (e + r) % 3;
        labels[r] = label(x, 0, Math.max(1, model.classes()));
        values[r] = value(x, 0);
      }
      if (model.classes() > 0) {
        model.learnClasses(all, 0, rows, labels, weights, out, losses);
      } else {
        model.learnValues(all, 0, rows, values, weights, out, losses);
      }
    }
  }
}
