package dev.millrace.cli.doctor;

import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.acl.AclOperation;

/** Shell script that grants the permissions of docs/security.md to a pipeline's user. */
final class AclScript {
  private static final Pattern USER = Pattern.compile("\\busername\\s*=\\s*[\"']?([^\"';\\s]+)");
  private static final String PLACEHOLDER = "${";

  private AclScript() {}

  /** Returns the script for {@code run}, {@code cluster}, {@code doctor}, {@code topics create}. */
  static String of(Settings settings, String config) {
    List<String> lines = new ArrayList<>();
    lines.add("#!/bin/sh");
    lines.add(
        "# Grants what pipeline %s (%s) needs for run, cluster, doctor and topics create."
            .formatted(settings.pipeline(), config));
    lines.add("# docs/security.md has the rights of the other commands.");
    lines.add("set -eu");
    lines.add(principal(settings));
    lines.add(servers(BrokerCheck.servers(settings.kafka())));
    lines.add("# Client properties of a user who may grant rights.");
    lines.add("ADMIN=${ADMIN:-admin.properties}");
    lines.add("grant() {");
    lines.add("  kafka-acls.sh --bootstrap-server \"$SERVERS\" --command-config \"$ADMIN\" \\");
    lines.add("    --add --allow-principal \"$PRINCIPAL\" \"$@\"");
    lines.add("}");
    addTopics(settings, lines);
    addGroups(settings, lines);
    return String.join("\n", lines) + "\n";
  }

  private static String principal(Settings settings) {
    Matcher user = USER.matcher(settings.kafka().getOrDefault("sasl.jaas.config", ""));
    return user.find() && !user.group(1).startsWith(PLACEHOLDER)
        ? "PRINCIPAL=${PRINCIPAL:-" + quoted("User:" + user.group(1)) + "}"
        : "PRINCIPAL=${PRINCIPAL:?Set it to the principal of the pipeline, such as User:millrace}";
  }

  private static String servers(String addresses) {
    return addresses.contains(PLACEHOLDER)
        ? "SERVERS=${SERVERS:?Set it to the addresses of the brokers, such as"
            + " kafka.example.org:9094}"
        : "SERVERS=${SERVERS:-" + quoted(addresses) + "}";
  }

  private static void addTopics(Settings settings, List<String> lines) {
    List<String> read = new ArrayList<>(settings.input().topics());
    List<String> written = new ArrayList<>(settings.output().topics());
    String commands = settings.output().commands();
    if (commands != null) {
      written.remove(commands);
      read.add(commands);
    }
    if (settings.warmStartKey() != null) {
      read.add(settings.output().models());
    }
    lines.add(grant("topic", read, AclOperation.CREATE, AclOperation.DESCRIBE, AclOperation.READ));
    lines.add(
        settings.output().guarantee() == Settings.Guarantee.EXACTLY_ONCE
            ? grant(
                "topic",
                written,
                AclOperation.CREATE,
                AclOperation.DESCRIBE,
                AclOperation.READ,
                AclOperation.WRITE)
            : grant(
                "topic", written, AclOperation.CREATE, AclOperation.DESCRIBE, AclOperation.WRITE));
  }

  private static void addGroups(Settings settings, List<String> lines) {
    String group = settings.consumerGroup();
    String prefixed = " --resource-pattern-type prefixed";
    List<String> prefixes = List.of(group + "/");
    lines.add(grant("group", List.of(group), AclOperation.DESCRIBE, AclOperation.READ));
    lines.add(grant("group", prefixes, AclOperation.DESCRIBE, AclOperation.READ) + prefixed);
    lines.add(
        grant("transactional-id", prefixes, AclOperation.DESCRIBE, AclOperation.WRITE) + prefixed);
  }

  private static String grant(String resource, List<String> names, AclOperation... operations) {
    StringBuilder line = new StringBuilder("grant");
    for (AclOperation operation : operations) {
      line.append(" --operation ").append(name(operation));
    }
    for (String name : names) {
      line.append(" --").append(resource).append(' ').append(name);
    }
    return line.toString();
  }

  /** Returns the name as Kafka's tools write it, such as {@code Read}. */
  static String name(AclOperation operation) {
    return operation.name().charAt(0) + operation.name().substring(1).toLowerCase(Locale.ROOT);
  }

  // Within an expansion of the shell, as in ${A:-'b c'}.
  private static String quoted(String text) {
    return text.matches("[\\w.,:@/+=-]*") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
