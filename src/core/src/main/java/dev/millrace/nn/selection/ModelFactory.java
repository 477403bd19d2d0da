package dev.millrace.nn.selection;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.ModelSpec;
import java.io.IOException;

/** Creates and reads the models of a selection. */
public interface ModelFactory {

  /** Creates a model that has learned nothing; see {@code Models.create}. */
  OnlineModel create(ModelSpec spec, Task task, int inputs, int classes, long keySeed);

  /** Reads a model; see {@code Models.read}. */
  OnlineModel read(BoundedDataInput in, ModelSpec spec, Task task, Workspace shared)
      throws IOException;
}
