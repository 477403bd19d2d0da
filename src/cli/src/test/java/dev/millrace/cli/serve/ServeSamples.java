package dev.millrace.cli.serve;

import dev.millrace.cli.http.HttpReply;
import dev.millrace.cli.watch.SummaryView;
import dev.millrace.config.Settings;
import dev.millrace.serving.ModelSamples;
import dev.millrace.serving.ServedModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Prediction servers without HTTP, and what they answer. */
final class ServeSamples {
  private ServeSamples() {}

  /** Returns what the server answers with models that have all been read. */
  static ServeApi api(ServedModels models) {
    return api(ModelSamples.SETTINGS, models, new SummaryView(ModelSamples.SETTINGS, notice -> {}));
  }

  static ServeApi api(Settings settings, ServedModels models, SummaryView summary) {
    return new ServeApi(
        settings.input().spec(),
        models,
        summary,
        () -> new ServeStatus(true, true, 0, 0, 0),
        false,
        2,
        new ServeMetrics());
  }

  /** Returns the body of an answer as text. */
  static String body(HttpReply reply) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    reply.body().write(body);
    return body.toString(StandardCharsets.UTF_8);
  }
}
