package dev.millrace.nn.auto.members;

import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.spec.AutoSpec.Extra;
import java.util.ArrayList;
import java.util.List;

/** The catalogue of all members, by their plans. */
public final class MemberPlans {

  private MemberPlans() {}

  /** Returns the members of a kind of mixture, in the order of their predictions. */
  public static List<MemberPlan> of(MixtureKind kind) {
    List<MemberPlan> members = new ArrayList<>();
    for (MemberKind network : MemberKind.of(kind.spec().tier())) {
      members.add(new NetworkMember.Plan(kind, network));
    }
    members.add(new LinearMember.Plan(kind));
    members.add(new FernMember.Plan(kind));
    if (kind.isClassification() && kind.indicators() > 0) {
      members.add(new NaiveBayesMember.Plan(kind));
    }
    if (kind.ids() != null) {
      members.add(new IdMember.Plan(kind, kind.ids()));
    }
    if (kind.spec().has(Extra.KNN)) {
      members.add(new NeighbourMember.Plan());
    }
    if (kind.spec().has(Extra.TREE) && kind.isClassification()) {
      members.add(new TreeMember.Plan(kind));
    }
    members.add(kind.isClassification() ? new PreviousLabel.Plan(kind) : new PreviousValue.Plan());
    return members;
  }
}
