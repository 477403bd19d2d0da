package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ListeningPorts;
import java.util.Set;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX) // of other systems the ports of a process cannot be listed
class PortlessClusterTest {
  // Above this, Flink sends task descriptions through its blob server.
  private static final int BLOB_BYTES = 2 << 20;

  /** A function whose serialized form is large. */
  private static final class Large implements MapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    private final byte[] ballast = new byte[BLOB_BYTES];

    @Override
    public Long map(Long value) {
      return value + ballast[0];
    }
  }

  @Test
  void aClusterInThisProcessListensOnNoPort() throws Exception {
    Set<Integer> before = ListeningPorts.ofThisProcess();
    try (MiniCluster cluster =
        LocalFlink.cluster(LocalFlink.environment(2, LocalFlink.NO_RESTART))) {
      assertThat(cluster.isRunning()).isTrue();
      assertThat(ListeningPorts.ofThisProcess()).isEqualTo(before);
    }
  }

  @Test
  void aJobWithAClusterOfItsOwnListensOnNoPortWhileItRuns() throws Exception {
    Set<Integer> before = ListeningPorts.ofThisProcess();
    StreamExecutionEnvironment env = LocalFlink.environment(2, LocalFlink.NO_RESTART);
    StreamGraph graph = endless(env);

    JobClient job = LocalFlink.start(env, graph, cluster -> {});

    assertThat(ListeningPorts.ofThisProcess()).isEqualTo(before);
    job.cancel().get();
  }

  @Test
  void aJobWithALargeDescriptionRuns() throws Exception {
    StreamExecutionEnvironment env = LocalFlink.environment(2, LocalFlink.NO_RESTART);
    env.getCheckpointConfig().disableCheckpointing();
    env.fromSequence(1, 100)
        .uid("numbers")
        .keyBy(number -> number % 2)
        .map(new Large())
        .returns(Types.LONG)
        .uid("large")
        .sinkTo(new DiscardingSink<>())
        .uid("nowhere");

    JobClient job = LocalFlink.start(env, env.getStreamGraph(), cluster -> {});

    assertThat(job.getJobExecutionResult().get().getJobID()).isEqualTo(job.getJobID());
  }

  private static StreamGraph endless(StreamExecutionEnvironment env) {
    env.getCheckpointConfig().disableCheckpointing();
    env.fromSequence(1, Long.MAX_VALUE)
        .uid("numbers")
        .keyBy(number -> number % 2)
        .sinkTo(new DiscardingSink<>())
        .uid("nowhere");
    return env.getStreamGraph();
  }
}
