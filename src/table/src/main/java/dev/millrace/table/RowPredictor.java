package dev.millrace.table;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.Example;
import dev.millrace.data.RecentlyUsed;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.serving.PredictionCounters;
import dev.millrace.serving.ServedModels;
import dev.millrace.serving.ServedModels.Held;
import dev.millrace.serving.SharedModels;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * Predicts rows with the newest model of their key. A row that cannot be predicted gives NULLs and
 * is counted. Not thread-safe.
 */
final class RowPredictor implements AutoCloseable {
  private static final String CACHE_REMEDY = "raise cache.size to keep all models in memory";

  private final AnswerColumns output;
  private final RowReader reader;
  // Null if the pipeline declares the columns.
  private final @Nullable RecentlyUsed<DeclaredColumns, RowReader> byColumns;
  private final SharedModels shared;
  private final ServedModels models;
  private final Workspace workspace = new Workspace();
  private final PredictionCounters counters;
  private Example example = new Example();

  /**
   * Starts to read the models, and waits for those that are on the topic now.
   *
   * @throws IOException if the topic cannot be read, or its models are of other settings
   */
  RowPredictor(PredictSpec spec, MetricGroup function) throws IOException {
    output = spec.output();
    InputSpec pipeline = spec.settings().input().spec();
    reader = new RowReader(spec.input(), pipeline);
    byColumns =
        pipeline.hasFeatures()
            ? null
            : RecentlyUsed.byColumns(
                columns -> new RowReader(spec.input(), pipeline.ofModel(columns)));
    shared =
        SharedModels.open(
            spec.settings(),
            spec.topic(),
            new SharedModels.Cache(spec.cacheBytes(), CACHE_REMEDY),
            spec.maxWait());
    models = shared.models();
    counters = new PredictionCounters(function, models);
  }

  /**
   * Returns the prediction of a row, for which the thread may wait.
   *
   * @throws IOException if its model cannot be read
   */
  RowData predict(RowData row) throws IOException {
    return read(row) ? answer(shared.fetch(example.key), example, workspace) : output.empty();
  }

  /** Returns the prediction of a row, complete if its model is in memory. */
  CompletableFuture<Collection<RowData>> predictAsync(RowData row) {
    if (!read(row)) {
      return CompletableFuture.completedFuture(List.of(output.empty()));
    }
    Held held = models.inMemory(example.key);
    if (held != null || models.summary(example.key) == null) {
      return CompletableFuture.completedFuture(List.of(answer(held, example, workspace)));
    }
    Example later = example;
    example = new Example(); // the other thread has the one just read
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return List.of(answer(shared.fetch(later.key), later, shared.scratchOfReads()));
          } catch (IOException e) {
            throw new CompletionException(e);
          }
        },
        shared.reads());
  }

  private boolean read(RowData row) {
    DeadLetter rejected = reader.read((GenericRowData) row, example);
    if (rejected == null && byColumns != null) {
      ModelSnapshot model = models.summary(example.key);
      if (model != null && model.columns() != null) {
        rejected = byColumns.of(model.columns()).read((GenericRowData) row, example);
      }
    }
    if (rejected != null) {
      counters.rejected(rejected.message());
    }
    return rejected == null;
  }

  private RowData answer(@Nullable Held held, Example question, Workspace scratch) {
    if (held == null) {
      counters.unknownKey();
      return output.empty();
    }
    try {
      return output.row(models.load(held, scratch).predict(question, scratch));
    } catch (RejectedException e) {
      counters.rejected(e.getMessage());
    } catch (IOException e) {
      counters.unusableModel(question.key, e);
    }
    return output.empty();
  }

  @Override
  public void close() {
    shared.close();
  }
}
