package dev.millrace.table;

import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.AsyncPredictFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.jspecify.annotations.Nullable;

/** Predicts rows whose model is in memory at once; the others do not hold them up. */
public final class AsyncModelFunction extends AsyncPredictFunction {
  private static final long serialVersionUID = 1L;

  private final PredictSpec spec;
  private transient @Nullable RowPredictor predictor;

  AsyncModelFunction(PredictSpec spec) {
    this.spec = spec;
  }

  @Override
  public void open(FunctionContext context) throws Exception {
    super.open(context);
    predictor = new RowPredictor(spec, context.getMetricGroup());
  }

  @Override
  public CompletableFuture<Collection<RowData>> asyncPredict(RowData row) {
    return Objects.requireNonNull(predictor).predictAsync(row);
  }

  @Override
  public void close() throws Exception {
    if (predictor != null) {
      predictor.close();
      predictor = null;
    }
    super.close();
  }
}
