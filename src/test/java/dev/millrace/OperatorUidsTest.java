package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

/** A uid that is renamed or left out loses every model at the next upgrade. */
class OperatorUidsTest {

  @Test
  void everyOperatorHasTheUidThatTheDocumentationNames() throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    Settings settings =
        PipelineFile.parse(
            "uids",
            "pipeline: uids\nkafka: { bootstrap.servers: localhost:9092 }\ninput: { label: x }\n",
            Path.of(""));
    MillraceJob.buildOnKafka(env, settings, false);
    StreamGraph graph = env.getStreamGraph();

    List<String> uids =
        StreamSupport.stream(graph.getStreamNodes().spliterator(), false)
            .map(StreamNode::getTransformationUID)
            .filter(uid -> uid != null && !uid.contains(":"))
            .distinct()
            .sorted()
            .toList();
    long withoutUid =
        StreamSupport.stream(graph.getStreamNodes().spliterator(), false)
            .filter(node -> node.getTransformationUID() == null)
            .count();

    assertThat(withoutUid).isZero();
    assertThat(uids).isEqualTo(documented());
  }

  private static List<String> documented() throws IOException {
    String page = Files.readString(Path.of("docs", "architecture.md"));
    String table = page.substring(page.indexOf("### Operators"), page.indexOf("## Packages"));
    return Pattern.compile("(?m)^\\| `([a-z-]+)` \\|")
        .matcher(table)
        .results()
        .map((MatchResult row) -> row.group(1))
        .sorted()
        .toList();
  }
}
