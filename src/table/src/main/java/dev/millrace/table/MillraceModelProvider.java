package dev.millrace.table;

import org.apache.flink.table.functions.AsyncPredictFunction;
import org.apache.flink.table.functions.PredictFunction;
import org.apache.flink.table.ml.AsyncPredictRuntimeProvider;
import org.apache.flink.table.ml.ModelProvider;
import org.apache.flink.table.ml.PredictRuntimeProvider;

/** Offers predictions of published models to the planner. */
record MillraceModelProvider(PredictSpec spec)
    implements PredictRuntimeProvider, AsyncPredictRuntimeProvider {

  @Override
  public PredictFunction createPredictFunction(Context context) {
    return new SyncPredictFunction(spec);
  }

  @Override
  public AsyncPredictFunction createAsyncPredictFunction(Context context) {
    return new DeferredPredictFunction(spec);
  }

  @Override
  public ModelProvider copy() {
    return this; // immutable
  }
}
