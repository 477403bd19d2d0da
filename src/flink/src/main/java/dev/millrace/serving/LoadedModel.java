package dev.millrace.serving;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.config.Settings;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.Example;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.report.ModelAnswer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A published model that predicts. Thread-safe. */
public final class LoadedModel {
  private final PredictingModel model;
  private final @Nullable DeclaredColumns columns;

  /**
   * @param pipeline settings that it was trained with
   * @param workspace of the calling thread
   * @throws IOException if it was trained with others, naming both, or makes forecasts
   */
  public LoadedModel(ModelSnapshot snapshot, Settings pipeline, Workspace workspace)
      throws IOException {
    columns = pipeline.input().spec().hasFeatures() ? null : snapshot.columns();
    Settings settings = pipeline.withColumns(columns);
    if (settings.input().spec().forecast() != null) {
      throw new IOException(
          "a forecast needs the values of its series: read forecasts from the predictions topic");
    }
    model =
        settings.input().spec().hasOutputs()
            ? new SeveralOutputs(snapshot, settings, workspace)
            : new SingleModel(
                snapshot,
                settings.model(),
                settings.input().spec(),
                settings.output().publish().reasons(),
                workspace);
  }

  /**
   * Returns the columns of its rows, which records declared; null if the pipeline declares them, or
   * none did.
   */
  public @Nullable DeclaredColumns columns() {
    return columns;
  }

  /**
   * Returns true if the model predicts one class, false if it predicts a value or several outputs.
   */
  public boolean isOfClasses() {
    return model.isOfClasses();
  }

  /** Returns the estimated number of bytes in memory. */
  long memoryBytes() {
    return model.memoryBytes();
  }

  /**
   * Returns the prediction for an example's features, as the job would make it next. Derived
   * features that the example does not have are computed.
   *
   * @param workspace of the calling thread
   * @throws RejectedException if there are not as many features as the model has inputs
   */
  public ModelAnswer predict(Example example, Workspace workspace) throws RejectedException {
    return model.predict(example, workspace);
  }
}
