package dev.millrace.testing;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.OnlineModel;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Summaries of models as they are published. */
public final class Summaries {
  private Summaries() {}

  /** Publishes a model and reads its summary. */
  public static LearnerSummary of(OnlineModel model) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    LearnerSummary.writeCounts(model, out);
    model.write(out);
    return LearnerSummary.read(new BoundedDataInput(bytes.toByteArray()));
  }
}
