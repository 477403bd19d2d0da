package dev.millrace.table;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.PredictFunction;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;

/** Predicts rows one by one; one whose model is not in memory waits for it. */
public final class SyncModelFunction extends PredictFunction {
  private static final long serialVersionUID = 1L;

  private final PredictSpec spec;
  private transient @Nullable RowPredictor predictor;

  SyncModelFunction(PredictSpec spec) {
    this.spec = spec;
  }

  @Override
  public void open(FunctionContext context) throws Exception {
    super.open(context);
    predictor = new RowPredictor(spec, context.getMetricGroup());
  }

  @Override
  public Collection<RowData> predict(RowData row) {
    try {
      return List.of(Objects.requireNonNull(predictor).predict(row));
    } catch (IOException e) {
      throw new FlinkRuntimeException(e.getMessage(), e);
    }
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
