package dev.millrace.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a topic that has the name of another one. */
class TopicIdsITCase {
  @TempDir private Path dir;

  @Test
  void reportsARecreatedTopic() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null);
        Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      Settings settings =
          PipelineFile.parse(
              "p.yaml",
              "pipeline: p\nkafka: { bootstrap.servers: '%s' }\ninput: { label: y, topic: in }\n"
                  .formatted(kafka.bootstrapServers()),
              dir);
      NewTopic topic = new NewTopic("in", 1, (short) 1);
      admin.createTopics(List.of(topic)).all().get();
      BrokerCheck.awaitTopics(admin, List.of("in"));
      List<String> told = new ArrayList<>();
      Path state = dir.resolve("state/p");

      TopicIds.of(settings, state).save();
      TopicIds.of(settings, state).reportRecreated(told::add);
      assertThat(told).isEmpty();

      admin.deleteTopics(List.of("in")).all().get();
      await().until(() -> !admin.listTopics().names().get().contains("in"));
      TopicIds.of(settings, state).save(); // knows of none, and forgets none
      admin.createTopics(List.of(topic)).all().get();
      BrokerCheck.awaitTopics(admin, List.of("in"));
      TopicIds.of(settings, state).reportRecreated(told::add);
      assertThat(told)
          .singleElement()
          .asString()
          .startsWith("Topic in was recreated since the last start. ")
          .contains("or at the first record of a partition that ends before them");

      TopicIds.of(settings, state).save();
      TopicIds.of(settings, state).reportRecreated(told::add);
      assertThat(told).hasSize(1);
      Files.writeString(state.resolve(".topics"), "in=\\u12");
      TopicIds damaged = TopicIds.of(settings, state);
      damaged.reportRecreated(told::add);
      damaged.save();
      assertThat(told).hasSize(1);
      assertThat(state.resolve(".topics")).content().contains("in=").doesNotContain("u12");
    }
  }
}
