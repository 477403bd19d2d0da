package dev.millrace.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.codec.models.ModelSegments;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.IdHash;
import dev.millrace.data.IdWords;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.ids.IdLayout;
import dev.millrace.nn.ids.IdLearner;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.stored.PagedOutput;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.simd.Elementary;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Measures the learning of ids: rows of 26 columns of ids and 13 numbers, as in the Criteo click
 * logs, of which about one in four is a click. Rates are per second of processor time.
 */
final class IdsBench {
  private static final int ID_COLUMNS = 26;
  private static final int NUMBERS = 13;
  private static final int ROWS = 1 << 16;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final double warmup;
  private final double seconds;
  private final InputSpec input;
  private final Indicators indicators;
  private final int width;
  // [ROWS x width]
  private final float[] rows;
  private final int[] labels = new int[ROWS];

  /**
   * Generates the rows.
   *
   * @param ids distinct ids that are drawn from; the k-th of n in a column has a share of about
   *     1/k^(2/3)
   */
  IdsBench(int ids, double warmup, double seconds) {
    this.warmup = warmup;
    this.seconds = seconds;
    List<FeatureSpec> features = new ArrayList<>();
    for (int c = 0; c < ID_COLUMNS; c++) {
      features.add(
          FeatureSpec.ofIds("c" + c, FeatureSpec.Type.ID, false, FeatureSpec.IdOptions.ONE));
    }
    for (int i = 0; i < NUMBERS; i++) {
      features.add(new FeatureSpec("i" + i, FeatureSpec.Type.NUMERIC, false, List.of(), 0));
    }
    input =
        InputSpec.DEFAULT.with(
            to -> {
              to.features = features;
              to.label = "click";
              to.task = Task.BINARY;
            });
    indicators = Indicators.of(input);
    width = input.width();
    rows = new float[ROWS * width];
    generate(ids / ID_COLUMNS);
  }

  private void generate(int idsOfColumn) {
    SplittableRandom random = new SplittableRandom(1);
    List<IdHash> hashes = new ArrayList<>();
    for (int c = 0; c < ID_COLUMNS; c++) {
      hashes.add(new IdHash("c" + c));
    }
    for (int r = 0; r < ROWS; r++) {
      int at = r * width;
      for (int c = 0; c < ID_COLUMNS; c++) {
        double u = random.nextDouble();
        byte[] id =
            Integer.toString((int) (idsOfColumn * u * u * u)).getBytes(StandardCharsets.UTF_8);
        IdWords.write(hashes.get(c).of(id, id.length), rows, at + c * IdWords.ID_WIDTH);
      }
      for (int i = 0; i < NUMBERS; i++) {
        rows[at + ID_COLUMNS * IdWords.ID_WIDTH + i] = (int) (1 / (0.001 + random.nextDouble()));
      }
      labels[r] = random.nextInt(4) == 0 ? 1 : 0;
    }
  }

  /**
   * Bytes on the models topic.
   *
   * @param first of a model with all its ids
   * @param next of the model published after it, when a hundredth of the ids, drawn at random, came
   */
  private record Published(long first, long next) {}

  /** Learns one row. */
  private interface Step {
    void learn(int row);
  }

  /**
   * Measures ids and buckets of numbers per second, of the linear model and the pairs; the memory
   * of the table by known id; and whole steps of the model of each tier.
   */
  Measurement run(List<AutoSpec.Tier> tiers, PrintWriter err) throws IOException {
    IdLearner ids = new IdLearner(new IdLayout(indicators, width, Task.BINARY), 2, 1);
    IdLearner.Scratch scratch = new IdLearner.Scratch();
    float[] errors = new float[1];
    double rate = measure(row -> learnIds(ids, row, errors, scratch));
    Map<AutoSpec.Tier, Double> rates = new EnumMap<>(AutoSpec.Tier.class);
    for (AutoSpec.Tier tier : tiers) {
      ModelSpec spec =
          ModelSpec.auto(1, AutoSpec.of(tier), ClassWeights.NONE).withIndicators(indicators);
      OnlineModel model = Models.create(spec, Task.BINARY, width, 2, 1);
      float[] predictions = new float[model.outputs()];
      rates.put(
          tier, measure(row -> model.learnClass(rows, row * width, labels[row], 1f, predictions)));
      err.printf("auto: %s: %,.0f records/s%n", tier.id(), rates.get(tier));
    }
    Measurement result = new Measurement();
    double bytesPerId = (double) ids.memoryBytes() / ids.ids();
    result.put("columns", ID_COLUMNS + NUMBERS);
    result.putRounded("ids_per_s", rate * (ID_COLUMNS + NUMBERS));
    result.put("known_ids", ids.ids());
    result.put("bytes_per_id", bytesPerId, 1);
    ObjectNode json = result.putObject("records_per_s");
    rates.forEach((tier, records) -> json.put(tier.id(), Math.round(records)));
    Published published = publish(tiers.get(0));
    result.put("published_bytes", published.first());
    result.put("published_bytes_after_1_percent", published.next());
    result.print(
        "%,.0f ids/s, %,d known ids of %.1f bytes each",
        rate * (ID_COLUMNS + NUMBERS), ids.ids(), bytesPerId);
    rates.forEach((tier, records) -> result.print("; %s %,.0f records/s", tier.id(), records));
    return result.print(
        "; a published model has %,d bytes, and the next one, after 1 %% of the ids came, %,d",
        published.first(), published.next());
  }

  private Published publish(AutoSpec.Tier tier) throws IOException {
    ModelSpec spec =
        ModelSpec.auto(1, AutoSpec.of(tier), ClassWeights.NONE).withIndicators(indicators);
    OnlineModel model = Models.create(spec, Task.BINARY, width, 2, 1);
    float[] predictions = new float[model.outputs()];
    for (int row = 0; row < ROWS; row++) {
      model.learnClass(rows, row * width, labels[row], 1f, predictions);
    }
    TrainSpec train = TrainSpec.of("bench", "bench", input, spec);
    ModelSegments first = ModelSegments.of(train, written(model), null);
    for (float[] row : hundredth()) {
      model.learnClass(row, 0, 0, 1f, predictions);
    }
    ModelSegments next = ModelSegments.of(train, written(model), first.pages());
    return new Published(bytes(first), bytes(next));
  }

  private static PagedOutput written(OnlineModel model) throws IOException {
    PagedOutput out = new PagedOutput(1 << 20);
    model.write(out);
    return out;
  }

  private static long bytes(ModelSegments model) {
    return model.head().length + model.added().stream().mapToLong(value -> value.length).sum();
  }

  /** Returns rows that have a hundredth of the ids of each column, drawn at random. */
  private List<float[]> hundredth() {
    List<float[]> some = new ArrayList<>();
    Random random = new Random(2);
    for (int c = 0; c < ID_COLUMNS; c++) {
      Map<Long, Integer> places = new LinkedHashMap<>();
      for (int r = 0; r < ROWS; r++) {
        int at = r * width + c * IdWords.ID_WIDTH;
        places.putIfAbsent(IdWords.read(rows, at), at);
      }
      List<Integer> drawn = new ArrayList<>(places.values());
      Collections.shuffle(drawn, random);
      for (int i = 0; i < drawn.size() / 100; i++) {
        if (i == some.size()) {
          some.add(Arrays.copyOf(rows, width));
        }
        int from = drawn.get(i);
        System.arraycopy(rows, from, some.get(i), c * IdWords.ID_WIDTH, IdWords.ID_WIDTH);
      }
    }
    return some;
  }

  private void learnIds(IdLearner ids, int row, float[] errors, IdLearner.Scratch scratch) {
    ids.encode(rows, row * width, 0f, scratch);
    float linear = ids.linear(0, scratch);
    errors[0] = sigmoid(linear) - labels[row];
    float withPairs = sigmoid(linear + ids.pairs(scratch)) - labels[row];
    ids.learn(rows, row * width, labels[row], errors, withPairs, 1f, scratch);
  }

  private static float sigmoid(float logOdds) {
    return 1f / (1f + Elementary.exp(-logOdds));
  }

  /** Returns rows per second of this thread's processor time, after the warm-up. */
  private double measure(Step step) {
    loop(step, warmup);
    return loop(step, seconds);
  }

  private static double loop(Step step, double seconds) {
    long begun = THREADS.getCurrentThreadCpuTime();
    long learned = 0;
    long took = 0;
    while (learned < ROWS || took < seconds * 1e9) {
      for (int r = 0; r < 1024; r++) {
        step.learn((int) (learned++ & ROWS - 1));
      }
      took = THREADS.getCurrentThreadCpuTime() - begun;
    }
    return learned * 1e9 / took;
  }
}
