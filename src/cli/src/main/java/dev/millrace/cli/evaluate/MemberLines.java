package dev.millrace.cli.evaluate;

import dev.millrace.cli.evaluate.FinalMetrics.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Formats which members of the mixtures matter, and in detail their weights and losses. */
final class MemberLines {
  // A member of a lower weight hardly moves a prediction.
  private static final double MIN_HELP = 0.1;

  private static final String LEGEND =
      "weight: factor in the sum of the members' scores; a negative one corrects the others."
          + " loss: of the member's own predictions, over about the last 1,000 examples.";

  private final List<Member> members;
  private final int keys;

  MemberLines(FinalMetrics metrics) {
    members = metrics.members();
    keys = metrics.newest().size();
  }

  /**
   * Returns a line that names the leader and the members that help it, or with {@code verbose} a
   * table of all members; nothing without a mixture, or before its first prediction.
   */
  List<String> lines(boolean verbose) {
    Optional<Member> leader =
        members.stream()
            .filter(member -> member.leads() > 0)
            .max(Comparator.comparingLong(Member::leads));
    if (leader.isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add(summary(leader.get()));
    if (verbose) {
      lines.add("%-16s %6s  %7s  %8s".formatted("member", "leads", "weight", "loss"));
      for (Member member : members) {
        lines.add(
            "%-16s %,6d  %7s  %8s"
                .formatted(
                    member.name(),
                    member.leads(),
                    decimals(member.weight(), 2),
                    decimals(member.loss(), 4)));
      }
      lines.add(LEGEND);
    }
    return lines;
  }

  private String summary(Member leader) {
    List<String> helpers =
        members.stream()
            .filter(member -> member != leader && member.weight() >= MIN_HELP)
            .sorted(Comparator.comparingDouble(Member::weight).reversed())
            .map(Member::name)
            .toList();
    String leads =
        keys == 1
            ? leader.name()
            : "%s (%,d of %,d keys)".formatted(leader.name(), leader.leads(), keys);
    return "mixture led by "
        + leads
        + (helpers.isEmpty()
            ? ""
            : "; " + joined(helpers) + (helpers.size() == 1 ? " helps" : " help"));
  }

  private static String joined(List<String> names) {
    int last = names.size() - 1;
    return last == 0
        ? names.get(0)
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }

  private static String decimals(double value, int places) {
    return Double.isNaN(value) ? "-" : ("%." + places + "f").formatted(value);
  }
}
