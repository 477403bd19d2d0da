package dev.millrace.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** What a shell script grants by kafka-acls.sh, which is no library. */
final class AclCalls {
  private AclCalls() {}

  /**
   * Runs the script with a kafka-acls.sh that writes its arguments to a file.
   *
   * @return the rights that these arguments grant
   */
  static List<AclBinding> of(Path script, Path dir) throws IOException, InterruptedException {
    Path calls = dir.resolve("calls");
    Path tool = dir.resolve("kafka-acls.sh");
    Files.writeString(tool, "#!/bin/sh\necho \"$@\" >> '" + calls + "'\n");
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    ProcessBuilder shell = new ProcessBuilder("/bin/sh", script.toString()).inheritIO();
    shell.environment().merge("PATH", dir + ":", (path, first) -> first + path);
    assertThat(shell.start().waitFor()).isZero();
    List<AclBinding> rights = new ArrayList<>();
    for (String line : Files.readAllLines(calls)) {
      add(List.of(line.split(" ")), rights);
    }
    return rights;
  }

  private static void add(List<String> words, List<AclBinding> rights) {
    assertThat(words).contains("--bootstrap-server", "--command-config", "--add");
    PatternType pattern = words.contains("prefixed") ? PatternType.PREFIXED : PatternType.LITERAL;
    for (ResourceType type :
        List.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID)) {
      String option = "--" + type.name().toLowerCase(Locale.ROOT).replace('_', '-');
      for (String name : values(words, option)) {
        for (String operation : values(words, "--operation")) {
          rights.add(
              new AclBinding(
                  new ResourcePattern(type, name, pattern),
                  new AccessControlEntry(
                      values(words, "--allow-principal").get(0),
                      "*",
                      AclOperation.fromString(operation),
                      AclPermissionType.ALLOW)));
        }
      }
    }
  }

  private static List<String> values(List<String> words, String option) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < words.size() - 1; i++) {
      if (words.get(i).equals(option)) {
        values.add(words.get(i + 1));
      }
    }
    return values;
  }
}
