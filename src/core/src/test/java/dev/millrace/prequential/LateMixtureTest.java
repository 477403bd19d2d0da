package dev.millrace.prequential;

import static dev.millrace.prequential.Learning.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mixtures of models whose labels come later, in bursts of one class. */
class LateMixtureTest {
  private static final long MAX_BYTES = 64 << 20;
  private static final int DELAY = 100;
  private static final List<String> CLASSES = List.of("usual", "rare");

  /** What learns. */
  enum Models {
    MIXTURE(mixture(AutoSpec.Tier.BALANCED)),
    SMALL_MIXTURE(mixture(AutoSpec.Tier.FAST)),
    CHAMPION_AND_CHALLENGER(
        new SelectionSpec(
            List.of(
                new NamedModel("balanced", mixture(AutoSpec.Tier.BALANCED)),
                new NamedModel("network", Specs.small(1))),
            "network",
            false,
            Promotion.DEFAULT,
            OnChange.REJECT));

    private final ModelSpec spec;

    Models(ModelSpec spec) {
      this.spec = spec;
    }

    private static ModelSpec mixture(AutoSpec.Tier tier) {
      return ModelSpec.auto(1, new AutoSpec(tier, Set.of(), 100), ClassWeights.NONE);
    }
  }

  private final RecordingListener published = new RecordingListener();

  /**
   * Features say nothing of the class. Right after it has learned the labels of a burst a network
   * predicts the next one of the same burst well, but when the features came it knew none of them.
   */
  @ParameterizedTest
  @EnumSource(
      value = Models.class,
      names = {"MIXTURE", "SMALL_MIXTURE"})
  void aMixtureLosesHardlyMoreThanTheFrequenciesThatWereKnown(Models models) throws IOException {
    List<Example> examples = bursts(8_000);

    learn(spec(models.spec), LateStreams.apart(examples, DELAY), 64);

    double ofMixture = 0;
    double ofFrequencies = 0;
    int rare = 0;
    for (int i = 0; i < examples.size(); i++) {
      int known = Math.max(0, i - DELAY);
      rare += known > 0 && isRare(examples.get(known - 1)) ? 1 : 0;
      boolean isRare = isRare(examples.get(i));
      OfClass predicted = (OfClass) published.predictions.get(i).outcome();
      ofMixture -= Math.log(predicted.scores()[CLASSES.indexOf(examples.get(i).label)]);
      ofFrequencies -= Math.log(((isRare ? rare : known - rare) + 1) / (known + 2.0));
    }
    assertThat(ofMixture).isLessThan(1.02 * ofFrequencies);
  }

  private static boolean isRare(Example example) {
    return example.label.equals("rare");
  }

  private static List<Example> bursts(int count) {
    List<Example> examples = Chunks.classes("k", count, 3);
    Random random = new Random(5);
    int left = 0;
    for (Example example : examples) {
      left = left > 0 ? left - 1 : random.nextInt(150) == 0 ? 8 : 0;
      example.label = left > 0 ? "rare" : "usual";
      for (int i = 0; i < example.width; i++) {
        example.features[i] = (float) random.nextGaussian();
      }
    }
    return examples;
  }

  /** Classes come while features wait, and a background model comes and goes. */
  @ParameterizedTest
  @EnumSource(Models.class)
  void chunksOfAnySizeAndARestartAnywhereLearnTheSameBits(Models models) throws IOException {
    List<Example> examples = bursts(300);
    examples.subList(150, 160).forEach(example -> example.label = "third");
    List<Example> rows = LateStreams.apart(examples, 20);
    DriftPolicy drift =
        new DriftPolicy(
            "ddm", DriftSpec.ofName("ddm"), DriftPolicy.Action.SWAP_IN_CHALLENGER, 1, 1);
    TrainSpec spec = spec(models.spec).with(to -> to.drift = drift);

    byte[] alone = bytes(learn(spec, rows, 1));
    byte[] together = bytes(learn(spec, rows, 64));
    TrainState restarted = null;
    for (Example row : rows) {
      TrainState stored = restarted == null ? null : TrainState.serialized(bytes(restarted));
      restarted = engine(spec).learn(stored, Chunks.of(List.of(row)), published);
    }

    assertThat(published.events).as("drifts and warnings").isNotEmpty();
    assertThat(together).isEqualTo(alone);
    assertThat(bytes(restarted)).isEqualTo(alone);
  }

  private static TrainSpec spec(ModelSpec model) {
    InputSpec input =
        LateStreams.input(Task.MULTICLASS, null, 10_000, 1_000).with(to -> to.classes = CLASSES);
    return Specs.train(input, model, Specs.METRICS)
        .with(to -> to.publish = to.publish.withPredictions(true));
  }

  private TrainState learn(TrainSpec spec, List<Example> rows, int chunkSize) throws IOException {
    return Learning.inChunks(spec, rows, chunkSize, false, published);
  }

  private PrequentialEngine engine(TrainSpec spec) {
    return new PrequentialEngine(spec, MAX_BYTES, ShapeChange.FAIL);
  }
}
