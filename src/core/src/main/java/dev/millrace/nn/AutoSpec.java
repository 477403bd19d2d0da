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
 * @param members optional members that are not part of the tier
 * @param buffer number of records kept for replay, at least 1
 * @param error that predicted values of a heavy-tailed target keep small
 */
@PublicApi
public record AutoSpec(Tier tier, Set<Extra> members, int buffer, Error error)
    implements Serializable {

  /** Default number of records kept for replay. */
  public static final int DEFAULT_BUFFER = 2048;

  public AutoSpec {
    Tier all = tier;
    members =
        members.stream()
            .filter(member -> !all.members.contains(member))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Returns true if a member is part of the tier, or added to it. */
  public boolean has(Extra member) {
    return tier.members.contains(member) || members.contains(member);
  }

  /** Creates settings that keep absolute errors small. */
  public AutoSpec(Tier tier, Set<Extra> members, int buffer) {
    this(tier, members, buffer, Error.ABSOLUTE);
  }

  /** Returns the default settings of a tier. */
  public static AutoSpec of(Tier tier) {
    return new AutoSpec(tier, Set.of(), DEFAULT_BUFFER);
  }

  /** Trade-off between accuracy and cost. */
  public enum Tier {
    FAST(Set.of()),
    BALANCED(Set.of()),
    ACCURATE(Set.of(Extra.KNN));

    private final Set<Extra> members;

    Tier(Set<Extra> members) {
      this.members = members;
    }

    /** The name in pipeline files. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /** Optional members, which use earlier records or labels directly. */
  public enum Extra {
    /** Votes of the 10 nearest records in the buffer. */
    KNN,
    /** Frequencies of the labels that followed the previous label. */
    PREVIOUS_LABEL;

    /** The name in pipeline files. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /** Errors of predicted values. */
  public enum Error {
    /** The absolute error: a heavy-tailed target is learned on a logarithmic scale. */
    ABSOLUTE,
    /** The squared error, in which the largest targets count most. */
    SQUARED;

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
    String errors = error == Error.ABSOLUTE ? "" : ", " + error.id() + " error";
    return "auto " + tier.id() + extras + ", buffer " + buffer + errors;
  }
}
