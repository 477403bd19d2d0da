package dev.millrace.bench.streams;

import dev.millrace.nn.AutoSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Runs all learners over streams, except for runs whose result is stored. */
final class Comparison {
  private final List<AutoSpec.Tier> tiers;
  private final int seeds;
  private final @Nullable Moa moa;
  private final ResultStore store;
  private final PrintWriter progress;

  /**
   * @param seeds runs of each tier
   * @param moa null to leave its learners out
   */
  Comparison(
      List<AutoSpec.Tier> tiers,
      int seeds,
      @Nullable Moa moa,
      ResultStore store,
      PrintWriter progress) {
    this.tiers = tiers;
    this.seeds = seeds;
    this.moa = moa;
    this.store = store;
    this.progress = progress;
  }

  /**
   * Returns the results of all learners on a stream.
   *
   * @param arff file to write the rows to
   */
  StreamTable run(StreamRows rows, Path arff) throws Exception {
    StreamTable table = new StreamTable(rows.stream(), rows.rows(), rows.isOfClasses());
    for (AutoSpec.Tier tier : tiers) {
      for (int seed = 1; seed <= seeds; seed++) {
        Result.Run run = id(rows, tier.id(), seed);
        table.add(result(run, () -> MillraceLearner.run(rows, tier, run)));
      }
    }
    if (moa != null) {
      Files.deleteIfExists(arff);
      for (String learner : Moa.learners(rows.isOfClasses())) {
        Result.Run run = id(rows, learner, 1);
        table.add(result(run, () -> runMoa(moa, rows, arff, run)));
      }
    }
    for (Baseline baseline : Baseline.of(rows.isOfClasses())) {
      Result.Run run = id(rows, baseline.id, 1);
      table.add(baseline.run(rows, run));
    }
    return table;
  }

  private static Result.Run id(StreamRows rows, String learner, int seed) {
    return new Result.Run(rows.stream().name(), learner, seed, rows.rows(), rows.checksum());
  }

  private static Result runMoa(Moa moa, StreamRows rows, Path arff, Result.Run run)
      throws IOException, InterruptedException {
    if (!Files.exists(arff)) {
      rows.writeArff(arff);
    }
    return moa.run(rows, arff, run);
  }

  private Result result(Result.Run run, Callable<Result> learner) throws Exception {
    Result stored = store.get(run);
    if (stored != null) {
      return stored;
    }
    Result result = learner.call();
    store.add(result);
    progress.printf(
        "  %s, seed %d: %s %.4f, %,.0f records/s%n",
        run.learner(),
        run.seed(),
        result.isOfClasses() ? "accuracy" : "MAE",
        result.score(),
        result.rate());
    progress.flush();
    return result;
  }
}
