package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Schedule;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static final float RATE = 0.5f;

  @Test
  void aConstantRateIsTheOptimizersToTheBit() {
    assertThat(new Schedule.Constant(0).rate(0.02f, 0)).isEqualTo(0.02f);
    assertThat(new Schedule.Constant(0).rate(0.02f, 1L << 40)).isEqualTo(0.02f);
  }

  @Test
  void warmUpRisesInAStraightLineAndThenTheScheduleStarts() {
    Schedule schedule = new Schedule.Step(10, 0.5f, 4);

    assertThat(schedule.rate(RATE, 0)).isEqualTo(0.125f);
    assertThat(schedule.rate(RATE, 1)).isEqualTo(0.25f);
    assertThat(schedule.rate(RATE, 3)).isEqualTo(0.5f);
    assertThat(schedule.rate(RATE, 4)).isEqualTo(0.5f);
    assertThat(schedule.rate(RATE, 13)).isEqualTo(0.5f);
    assertThat(schedule.rate(RATE, 14)).isEqualTo(0.25f);
    assertThat(schedule.rate(RATE, 34)).isEqualTo(0.0625f);
  }

  @Test
  void inverseTimeDividesByOnePlusTheShareOfSteps() {
    Schedule schedule = new Schedule.InverseTime(100, 2f, 0);

    assertThat(schedule.rate(RATE, 0)).isEqualTo(0.5f);
    assertThat(schedule.rate(RATE, 50)).isEqualTo(0.25f);
    assertThat(schedule.rate(RATE, 150)).isEqualTo(0.125f);
  }

  @Test
  void cosineFallsToItsFloorAndStaysThere() {
    Schedule schedule = new Schedule.Cosine(100, 0.25f, 0);

    assertThat(schedule.rate(RATE, 0)).isEqualTo(0.5f);
    assertThat(schedule.rate(RATE, 50)).isCloseTo(0.5f * 0.625f, within(1e-7f));
    assertThat(schedule.rate(RATE, 100)).isCloseTo(0.125f, within(1e-7f));
    assertThat(schedule.rate(RATE, 1_000_000)).isEqualTo(schedule.rate(RATE, 100));
  }

  @Test
  void aLearnerUsesTheScheduledRateAndReportsTheNext() {
    Schedule schedule = new Schedule.Step(2, 0.5f, 0);
    Learner learner = learner(new Optimizer.Sgd(RATE, 0f), schedule);

    for (int step = 0; step < 6; step++) {
      assertThat(learner.learningRate()).isEqualTo(schedule.rate(RATE, step));
      double before = StoredModel.parameters(learner, 2)[1];
      // Of an input of 0 the bias is the prediction.
      double error = before - 1;
      learner.learn(new float[] {0f}, 1);
      double change = StoredModel.parameters(learner, 2)[1] - before;
      assertThat(change).isCloseTo(-schedule.rate(RATE, step) * 2 * error, within(1e-6));
    }
  }

  @Test
  void ftrlRejectsSchedules() {
    Optimizer ftrl = new Optimizer.Ftrl(0.1f, 1f, 0f, 0f);

    assertThatThrownBy(() -> learner(ftrl, new Schedule.Cosine(5, 0f, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("takes no schedule, but it was cosine");
  }

  private static Learner learner(Optimizer optimizer, Schedule schedule) {
    NetworkSpec spec =
        NetworkSpec.of(optimizer)
            .with(
                to -> {
                  to.output = Activation.LINEAR;
                  to.loss = Loss.MSE;
                  to.schedule = schedule;
                  to.seed = 1;
                });
    return new Learner(spec, Task.REGRESSION, 1, 0, 1);
  }
}
