package dev.millrace.prequential;

import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.prequential.spec.ShapeChange;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Resets keys whose stored state does not fit the settings, or fails. Not thread-safe. */
final class MismatchPolicy {

  /** Makes stored state usable. */
  interface Resume {
    void run() throws IOException;
  }

  private final ShapeChange onShapeChange;
  // Of the first key; all of a pipeline have the same settings.
  private boolean hasWarned;

  MismatchPolicy(ShapeChange onShapeChange) {
    this.onShapeChange = onShapeChange;
  }

  /**
   * Makes stored state usable; returns why it does not fit if the key is to restart, else null.
   *
   * @throws UnusableStateException if it does not fit and is not to be reset, or is damaged
   */
  @Nullable String resume(String key, EngineListener listener, Resume resume)
      throws UnusableStateException {
    try {
      resume.run();
      return null;
    } catch (ModelMismatchException e) {
      if (onShapeChange != ShapeChange.RESET) {
        throw new UnusableStateException(key, e);
      }
      if (!hasWarned) {
        hasWarned = true;
        listener.warning(key, "the stored model is reset: " + e.getMessage());
      }
      return String.valueOf(e.getMessage());
    } catch (IOException e) {
      throw new UnusableStateException(key, e);
    }
  }
}
