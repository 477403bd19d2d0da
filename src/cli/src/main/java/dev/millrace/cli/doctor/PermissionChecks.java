package dev.millrace.cli.doctor;

import dev.millrace.cli.console.Finding;
import dev.millrace.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** Checks the permissions that docs/security.md lists. */
final class PermissionChecks {
  private static final String NAME = "permissions";
  // A group member and transactional id that no job has.
  private static final String PROBE = "doctor";

  private final Admin admin;
  private final Settings settings;
  private final Map<String, TopicDescription> topics;
  private final List<String> hidden;
  private final String config;
  private final String group;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * @param topics existing topics, with their allowed operations
   * @param hidden topics that may not be described
   * @param config the pipeline file, for the remedy
   */
  PermissionChecks(
      Admin admin,
      Settings settings,
      Map<String, TopicDescription> topics,
      List<String> hidden,
      String config) {
    this.admin = admin;
    this.settings = settings;
    this.topics = topics;
    this.hidden = hidden;
    this.config = config;
    this.group = settings.consumerGroup();
  }

  List<Finding> all() throws ExecutionException, InterruptedException {
    List<String> inputs = settings.input().topics();
    for (String topic : inputs) {
      require(topic, AclOperation.READ);
    }
    String commands = settings.output().commands();
    boolean isExactlyOnce = settings.output().guarantee() == Settings.Guarantee.EXACTLY_ONCE;
    for (String topic : settings.output().topics()) {
      require(topic, topic.equals(commands) ? AclOperation.READ : AclOperation.WRITE);
      if (isExactlyOnce && !topic.equals(commands)) {
        require(topic, AclOperation.READ); // a restored sink lists the topic's open transactions
      }
    }
    requireGroup(group);
    requireGroup(settings.leaseGroup());
    if (commands != null) {
      requireGroup(settings.commandsGroup());
    }
    requireTransactions();
    if (findings.isEmpty()) {
      findings.add(
          Finding.ok(
              NAME,
              topics.isEmpty()
                  ? "group " + group + "; topics are checked once they exist"
                  : "may read %s and write the outputs; group %s"
                      .formatted(String.join(", ", inputs), group)));
    }
    return findings;
  }

  private void require(String topic, AclOperation operation) {
    TopicDescription found = topics.get(topic);
    // Null if the broker does not report operations; then the job itself will fail.
    boolean allowed =
        found == null
            ? !hidden.contains(topic)
            : found.authorizedOperations() == null
                || found.authorizedOperations().contains(operation);
    if (!allowed) {
      reject("topic " + topic, operation);
    }
  }

  // A group that does not exist yet has no operations. Leaving needs Read on the group, and changes
  // nothing for an unknown member.
  private void requireGroup(String group) throws ExecutionException, InterruptedException {
    var leave = new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove(PROBE)));
    if (!isAllowed(admin.removeMembersFromConsumerGroup(group, leave).all())) {
      reject("group " + group, AclOperation.READ);
    }
  }

  // Fences an id that no sink has, and opens no transaction.
  private void requireTransactions() throws ExecutionException, InterruptedException {
    String prefix = group + "/";
    if (!isAllowed(admin.fenceProducers(List.of(prefix + PROBE)).all())) {
      reject("transactional ids " + prefix + "…", AclOperation.WRITE);
    }
  }

  private static boolean isAllowed(KafkaFuture<Void> answer)
      throws ExecutionException, InterruptedException {
    try {
      answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        return false;
      }
      if (!(e.getCause() instanceof UnknownMemberIdException)) {
        throw e;
      }
    }
    return true;
  }

  private void reject(String what, AclOperation operation) {
    findings.add(
        Finding.failed(
            NAME,
            what + ": this user has no " + AclScript.name(operation),
            "./millrace doctor -c %s --acls prints a script that grants all".formatted(config)));
  }
}
