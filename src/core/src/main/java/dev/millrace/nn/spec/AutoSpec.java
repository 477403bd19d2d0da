package dev.millrace.nn.spec;

import dev.millrace.data.KebabCase;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import java.io.Serializable;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The settings of {@code model: auto}: a mixture of small networks that learn in parallel.
 *
 * @param members optional members that are not part of the tier
 */
@PublicApi
public record AutoSpec(
    @Setting(
            value = "balanced",
            doc = "networks in the mixture; each further tier is more accurate and slower")
        Tier tier,
    Set<Extra> members,
    @Setting(
            value = "" + AutoSpec.DEFAULT_BUFFER,
            in = "[1, 1000000]",
            doc =
                "max number of records of a key that are kept for replay, within 8 MiB; part of"
                    + " limits.state-bytes")
        int buffer,
    @Setting(
            value = "auto",
            doc =
                "scale on which values are learned: auto is logarithmic for a heavy-tailed target,"
                    + " which keeps absolute errors small; linear lets the largest values count"
                    + " most")
        TargetScale targetScale)
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

  /** Creates settings with the default scale of targets. */
  public AutoSpec(Tier tier, Set<Extra> members, int buffer) {
    this(tier, members, buffer, TargetScale.AUTO);
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

  /** Optional members. */
  public enum Extra {
    /** Votes of the 10 nearest records in the buffer. */
    KNN("votes of the 10 nearest records in the buffer, which accurate always has"),
    /** A Hoeffding tree, which predicts classes. */
    TREE("a Hoeffding tree, for classes alone, which needs tens of thousands of records of a key");

    private final String doc;

    Extra(String doc) {
      this.doc = doc;
    }

    /** Describes it in words. */
    public String doc() {
      return doc;
    }

    /** The name in pipeline files. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /** Scales on which the target of a regression is learned. */
  public enum TargetScale {
    /** A logarithmic one if the target has a heavy tail, which keeps absolute errors small. */
    AUTO,
    /** The target's own: the largest targets count most. */
    LINEAR;

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
    String scale = targetScale == TargetScale.AUTO ? "" : ", target-scale " + targetScale.id();
    return "auto " + tier.id() + extras + ", buffer " + buffer + scale;
  }
}
