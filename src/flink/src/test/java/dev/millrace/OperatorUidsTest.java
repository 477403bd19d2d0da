package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.PipelineFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  // Nobody has to wait for brokers whose address is none.
  private static final String PIPELINE =
      "pipeline: uids\nkafka: { bootstrap.servers: brokers.invalid:9092 }\ninput: { label: x }\n";

  @Test
  void everyOperatorHasTheUidThatTheDocumentationNames() throws Exception {
    assertThat(uids(PIPELINE)).isEqualTo(documented());
  }

  @Test
  void onlyAPipelineOfSeveralModelsReadsCommands() throws Exception {
    List<String> several = new ArrayList<>(uids(PIPELINE + "models: { a: {}, b: auto }\n"));

    assertThat(several).contains("commands-source", "decode-commands", "chunk-commands");
    several.removeAll(List.of("commands-source", "decode-commands", "chunk-commands"));
    assertThat(several).isEqualTo(documented());
  }

  private static List<String> uids(String pipeline) throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    MillraceJob.buildOnKafka(env, PipelineFile.parse("uids", pipeline, Path.of("")), false);
    StreamGraph graph = env.getStreamGraph();
    long withoutUid =
        StreamSupport.stream(graph.getStreamNodes().spliterator(), false)
            .filter(node -> node.getTransformationUID() == null)
            .count();
    assertThat(withoutUid).isZero();
    return StreamSupport.stream(graph.getStreamNodes().spliterator(), false)
        .map(StreamNode::getTransformationUID)
        .filter(uid -> uid != null && !uid.contains(":"))
        .distinct()
        .sorted()
        .toList();
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
