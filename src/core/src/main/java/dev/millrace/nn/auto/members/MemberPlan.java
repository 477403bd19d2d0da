package dev.millrace.nn.auto.members;

import dev.millrace.nn.auto.rows.MixtureParts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plan of a member, with what is known before it is created. All mixtures of a kind share it. */
public interface MemberPlan {

  /** How much a prediction counts in a mixture that has learned nothing. */
  enum Start {
    /** It counts as much as each other one that counts. */
    EQUAL,
    /** All of these together count as much as one of the others. */
    SHARED,
    /** It does not count. */
    NONE
  }

  /** What a member's prediction is averaged as, besides its part of the mixture. */
  enum Part {
    LINEAR,
    PREVIOUS
  }

  /**
   * Where a member stands in its mixture.
   *
   * @param member its number
   * @param prediction number of its first prediction
   * @param draw number of the records that the members before it replay
   */
  record Place(int member, int prediction, int draw) {

    /** The place of the only member. */
    static final Place FIRST = new Place(0, 0, 0);
  }

  /** Returns the names of its predictions, in their order. */
  List<String> names();

  /** Returns how much each of its predictions counts at first. */
  default Start start() {
    return Start.NONE;
  }

  /** Returns the share that its only prediction has in the answer besides the mixture's, if any. */
  default @Nullable Part share() {
    return null;
  }

  /** Returns the number of records that it replays with each new one. */
  default int replays() {
    return 0;
  }

  /** Returns the bytes in memory of a member that knows no id. */
  default long memoryBytes() {
    return 0;
  }

  /** Returns the bytes that each stored member has at least. */
  default long storedBytes() {
    return memoryBytes();
  }

  /** Creates a member of a mixture. */
  Member create(MixtureParts parts, Place place);
}
