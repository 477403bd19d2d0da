package dev.millrace.testing;

import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.NamedOutcome;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfOutputs;
import dev.millrace.report.Prediction.Outcome;
import java.util.ArrayList;
import java.util.List;

/** The {@link SampleRecords} of predictions, and those that differ by what is left out. */
public final class SamplePredictions {
  private SamplePredictions() {}

  /** Returns predictions of each kind: of several outputs those of sets, and of targets. */
  public static List<Prediction> all() {
    List<Prediction> all = new ArrayList<>();
    for (Prediction sample : SampleRecords.of(Prediction.class)) {
      all.add(sample);
      if (sample.outcome() instanceof OfOutputs set) {
        List<NamedOutcome> probable =
            set.outputs().stream()
                .filter(one -> !(one.outcome() instanceof OfClass of) || of.probabilities())
                .toList();
        all.add(with(sample, new OfOutputs(set.labels(), set.actual(), probable)));
        all.add(with(sample, new OfOutputs(null, null, set.outputs())));
        all.add(with(sample, new OfOutputs(null, null, probable)));
      }
    }
    return all;
  }

  private static Prediction with(Prediction sample, Outcome outcome) {
    return new Prediction(
        sample.pipeline(),
        sample.key(),
        sample.id(),
        1,
        sample.partition(),
        sample.offset(),
        sample.eventTime(),
        outcome,
        sample.model(),
        sample.heldOut(),
        sample.version(),
        sample.region(),
        sample.reasons(),
        sample.forecast());
  }
}
