package dev.millrace.bench.streams;

import dev.millrace.nn.spec.AutoSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs all learners over streams, except for runs whose result is stored. A generator draws other
 * rows for each seed, which all learners learn. A file has the same rows for each, so only the
 * tiers run with all seeds.
 */
final class Comparison {
  private final List<AutoSpec.Tier> tiers;
  private final int seeds;
  private final Rows rows;
  private final @Nullable Moa moa;
  private final ResultStore store;
  private final PrintWriter progress;

  /**
   * Source and limit of the rows.
   *
   * @param data folder of the files; null for those that ship with Millrace
   * @param max number of rows of each stream
   * @param work folder to write the rows to
   */
  record Rows(@Nullable Path data, int max, Path work) {
    @Nullable StreamRows read(BenchStream stream, int seed) throws IOException {
      return StreamRows.read(stream, data, max, seed, work);
    }
  }

  /**
   * @param seeds number of seeds, 1 and above
   * @param moa null to leave its learners out
   */
  Comparison(
      List<AutoSpec.Tier> tiers,
      int seeds,
      Rows rows,
      @Nullable Moa moa,
      ResultStore store,
      PrintWriter progress) {
    this.tiers = tiers;
    this.seeds = seeds;
    this.rows = rows;
    this.moa = moa;
    this.store = store;
    this.progress = progress;
  }

  /** Returns the results of all learners on a stream, null if its file is not found. */
  @Nullable StreamTable run(BenchStream stream) throws Exception {
    StreamTable table = null;
    StreamRows read = null;
    for (int seed = 1; seed <= seeds; seed++) {
      if (stream.hasNewRows(seed)) {
        read = rows.read(stream, seed);
      }
      if (read == null) {
        return null;
      }
      if (table == null) {
        table = new StreamTable(stream, read.rows(), read.isOfClasses());
      }
      addTiers(table, read, seed);
      if (stream.hasNewRows(seed)) {
        addOthers(table, read, seed);
      }
    }
    return table;
  }

  private void addTiers(StreamTable table, StreamRows read, int seed) throws Exception {
    for (AutoSpec.Tier tier : tiers) {
      Result.Run run = id(read, tier.id(), seed);
      table.add(result(run, () -> MillraceLearner.run(read, tier, run)));
    }
  }

  private void addOthers(StreamTable table, StreamRows read, int seed) throws Exception {
    if (moa != null) {
      Path arff = rows.work().resolve("rows.arff");
      Files.deleteIfExists(arff);
      for (String learner : Moa.learners(read.isOfClasses())) {
        Result.Run run = id(read, learner, seed);
        table.add(result(run, () -> runMoa(moa, read, arff, run)));
      }
    }
    for (Baseline baseline : Baseline.of(read.isOfClasses())) {
      table.add(baseline.run(read, id(read, baseline.id, seed)));
    }
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
