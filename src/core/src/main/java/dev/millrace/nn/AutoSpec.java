package dev.millrace.nn;

import dev.millrace.data.KebabCase;
import dev.millrace.data.PublicApi;
import java.io.Serializable;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The settings of {@code model: auto}: a mixture of small networks that learn in parallel.
 *
 * @param tier size of the mixture
 * @param members optional members
 * @param buffer number of records kept for replay, at least 1
 */
@PublicApi
public record AutoSpec(Tier tier, Set<Extra> members, int buffer) implements Serializable {

  /** Default number of records kept for replay. */
  public static final int DEFAULT_BUFFER = 2048;

  public AutoSpec {
    members = Set.copyOf(members);
  }

  /** Returns the default settings of a tier. */
  public static AutoSpec of(Tier tier) {
    return new AutoSpec(tier, Set.of(), DEFAULT_BUFFER);
  }

  /** Trade-off between accuracy and cost. */
  public enum Tier {
    FAST,
    BALANCED,
    ACCURATE;

    /** The name in pipeline files. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /** Optional members, which use earlier records or labels directly. */
  public enum Extra {
    /** Votes of the 5 nearest records in the buffer. */
    KNN,
    /** Frequencies of the labels that followed the previous label. */
    PREVIOUS_LABEL;

    /** The name in pipeline files. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /** Describes the settings in words; equal settings give equal words. */
  public String id() {
    String extras =
        members.stream().map(Extra::id).collect(Collectors.toCollection(TreeSet::new)).stream()
            .map(id -> " with " + id)
            .collect(Collectors.joining());
    return "auto " + tier.id() + extras + ", buffer " + buffer;
  }
}
