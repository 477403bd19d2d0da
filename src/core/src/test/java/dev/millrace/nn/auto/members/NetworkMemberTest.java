package dev.millrace.nn.auto.members;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import dev.millrace.nn.auto.AutoModels;
import dev.millrace.nn.auto.members.MemberPlan.Place;
import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.AutoSpec.Tier;
import dev.millrace.nn.spec.Indicators;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NetworkMemberTest {

  private static final AutoSpec AUTO = AutoSpec.of(Tier.ACCURATE);

  private final MixtureKind kind = new MixtureKind(AUTO, 3, Task.REGRESSION, 2, 0);
  private final Row row = AutoModels.emptyRow(AUTO, Task.REGRESSION, 2, 0);

  private static byte[] bytes(Member member) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    member.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  /** Learns one record; returns true if the network took a step. */
  private boolean learn(Member member, float weight) {
    row.scaled[0] = 1;
    row.scaled[1] = -2;
    row.scaledTarget = 9;
    row.weight = weight;
    row.hasSkipped = false;
    member.learn(row);
    return !row.hasSkipped;
  }

  @ParameterizedTest
  @EnumSource(MemberKind.class)
  void aStepThatWouldMakeWeightsInfiniteIsSkippedAndChangesNothing(MemberKind network)
      throws IOException {
    MixtureParts parts = MixtureParts.of(kind, Indicators.NONE, 7);
    Member member = new NetworkMember.Plan(kind, network).create(parts, Place.FIRST);
    member.begin();
    assertThat(learn(member, 1f)).isTrue();
    byte[] before = bytes(member);

    for (float weight : new float[] {1e20f, Float.POSITIVE_INFINITY, Float.NaN}) {
      assertThat(learn(member, weight)).as("weight %s", weight).isFalse();
      assertThat(bytes(member)).isEqualTo(before);
    }

    assertThat(learn(member, 1f)).isTrue();
    assertThat(bytes(member)).isNotEqualTo(before);
  }
}
