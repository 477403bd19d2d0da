package dev.millrace.nn.auto;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the model that new ones start from once for all that share a workspace. */
final class StartReader {

  /** Reads a stored model. */
  @FunctionalInterface
  interface Source {
    OnlineModel read(BoundedDataInput in) throws IOException;
  }

  // The last one in use; the array, not its contents, says which it is.
  private byte @Nullable [] bytes;
  private @Nullable Task task;
  private @Nullable OnlineModel model;

  private StartReader() {}

  /**
   * Returns the stored model, which is only to be copied.
   *
   * @throws IllegalArgumentException if it does not fit
   */
  static <M extends OnlineModel> M read(
      byte[] stored, Task task, Class<M> type, Workspace shared, Source source) {
    StartReader reader = shared.shared(StartReader.class, StartReader::new);
    if (reader.model == null || reader.bytes != stored || reader.task != task) {
      try {
        reader.model = source.read(new BoundedDataInput(stored));
      } catch (IOException e) {
        throw new IllegalArgumentException("the model to start from does not fit", e);
      }
      reader.bytes = stored;
      reader.task = task;
    }
    return type.cast(reader.model);
  }
}
