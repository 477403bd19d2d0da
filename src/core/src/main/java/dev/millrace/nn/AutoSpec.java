package dev.millrace.nn;

import dev.millrace.data.KebabCase;
import java.io.Serializable;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The settings of {@code model: auto}: a mixture of small networks that learn side by side.
 *
 * @param tier how many networks, and which
 * @param members that are mixed in besides
 * @param buffer records kept for replay, at least 1
 */
public record AutoSpec(Tier tier, Set<Extra> members, int buffer) implements Serializable {

  /** Records that are kept for replay where nothing else is said. */
  public static final int DEFAULT_BUFFER = 2048;

  public AutoSpec {
    members = Set.copyOf(members);
  }

  /** A tier as it comes. */
  public static AutoSpec of(Tier tier) {
    return new AutoSpec(tier, Set.of(), DEFAULT_BUFFER);
  }

  /** What is spent on accuracy. */
  public enum Tier {
    FAST,
    BALANCED,
    ACCURATE;

    /** The name in pipeline files. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /** A member that not every stream is fairly compared with. */
  public enum Extra {
    /** The 5 nearest of the records in the buffer. */
    KNN,
    /** What followed the previous label so far. */
    PREVIOUS_LABEL;

    /** The name in pipeline files. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /** All of it in words, the same for the same settings. */
  public String id() {
    String extras =
        members.stream().map(Extra::id).collect(Collectors.toCollection(TreeSet::new)).stream()
            .map(id -> " with " + id)
            .collect(Collectors.joining());
    return "auto " + tier.id() + extras + ", buffer " + buffer;
  }
}
