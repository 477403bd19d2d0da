package dev.millrace.prequential.spec;

import dev.millrace.data.KebabCase;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.eval.drift.DriftSpec;
import java.io.Serializable;

/**
 * Detection of a key's drift, and the action that follows.
 *
 * @param name of the detector, as pipeline files spell it
 */
@PublicApi
public record DriftPolicy(
    String name,
    DriftSpec detector,
    @Setting(
            value = "event",
            doc =
                "action after a drift, in addition to the event; swap-in-challenger promotes the"
                    + " best of the other models, or without models one that has learned since the"
                    + " detector warned, which ddm, eddm and hddm-a do")
        Action action,
    @Setting(
            value = "3",
            in = "[1, 100]",
            name = "boost-factor",
            doc = "boost-learning-rate: factor of the learning rate")
        float boost,
    @Setting(
            value = "500",
            in = "[1, 1000000000]",
            doc = "boost-learning-rate: number of steps with the increased learning rate")
        long boostSteps)
    implements Serializable {

  /** Reaction to a drift; an event is reported in any case. */
  public enum Action {
    /** Nothing more. */
    EVENT,
    /** Larger steps for a while. */
    BOOST_LEARNING_RATE,
    /** The output layer restarts; hidden layers and statistics stay. */
    RESET_HEAD,
    /** The model restarts. */
    RESET,
    /** Replaces the model by the best challenger, else by one that learned since the warning. */
    SWAP_IN_CHALLENGER;

    /** Returns the name in pipeline files, such as {@code reset-head}. */
    public String id() {
      return KebabCase.of(this);
    }
  }
}
