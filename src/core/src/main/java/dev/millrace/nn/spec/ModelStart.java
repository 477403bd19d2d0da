package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Task;
import java.io.Serializable;
import java.util.List;

/** A model that new models start from. */
@PublicApi
public sealed interface ModelStart extends Serializable {

  /** Returns the number of features. */
  int inputs();

  /** Returns the task of the models. */
  Task task();

  /** Returns the names of the outputs in order; empty for regression or unnamed classes. */
  List<String> classes();

  /** Returns what identifies the weights in the fingerprint of the settings. */
  String hash();

  /** A network to start from. */
  record NetworkStart(ModelWeights weights, Task task, List<String> classes, String hash)
      implements ModelStart {
    public NetworkStart {
      classes = List.copyOf(classes);
    }

    @Override
    public int inputs() {
      return weights.inputs();
    }
  }

  /**
   * A stored model to start from: a mixture of {@code model: auto}, or a network with vectors of
   * ids.
   *
   * @param stored the bytes that a model has written
   */
  record StoredStart(byte[] stored, int inputs, Task task, List<String> classes, String hash)
      implements ModelStart {
    public StoredStart {
      classes = List.copyOf(classes);
    }
  }
}
