package dev.millrace.eval.drift;

import dev.millrace.data.Declaration;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import java.io.Serializable;

/** Detection of drift in the columns of the input. */
@PublicApi
public record InputDriftSpec(
    @Setting(
            value = "0.1",
            in = "[0.01, 100]",
            name = "input-threshold",
            doc =
                "min population stability index of a drift of the input: 0.1 is a small change,"
                    + " 0.25 a large one")
        double threshold)
    implements Serializable {
  /** A shift of about a third of a standard deviation. */
  public static final InputDriftSpec DEFAULT = Declaration.defaults(InputDriftSpec.class);
}
