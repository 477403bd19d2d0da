package dev.millrace.table;

import org.apache.flink.table.functions.AsyncPredictFunction;
import org.apache.flink.table.ml.AsyncPredictRuntimeProvider;

/** Offers the asynchronous function as well, which the planner prefers. */
final class AsyncModelProvider extends SyncModelProvider implements AsyncPredictRuntimeProvider {

  AsyncModelProvider(PredictSpec spec) {
    super(spec);
  }

  @Override
  public AsyncPredictFunction createAsyncPredictFunction(Context context) {
    return new AsyncModelFunction(spec);
  }
}
