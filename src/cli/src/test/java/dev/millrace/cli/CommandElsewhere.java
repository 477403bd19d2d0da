package dev.millrace.cli;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Commands of the docs that {@code DocumentedCommandsITCase} does not run, and what is done
 * instead.
 *
 * @param command all of its line
 * @param test the file of the test that runs it, or checks what it reads; null if none does
 * @param how that file names it; without a test, why nothing can run it here
 */
record CommandElsewhere(Pattern command, String test, String how) {

  /** What {@code DocumentedCommandsITCase} runs. */
  static final String EVERYWHERE = "(\\./millrace|python3|gunzip|curl|echo|sql-client\\.sh) .*";

  static final List<CommandElsewhere> ALL =
      List.of(
          by("ReadmeITCase", "./millrace demo", "\\./millrace demo( .*)?"),
          by("ReadmeITCase", "./millrace broker", "\\./millrace broker --port 9092 &"),
          by("OwnDataITCase", "\"--topic=\"", "\\./millrace init --topic .*"),
          by("OwnDataITCase", "\"doctor\"", "\\./millrace doctor -c payments.yaml"),
          by("OwnDataITCase", "produce_own_schema.py", "python3 .*/produce_own_schema.py .*"),
          by(
              "ProducerExamplesITCase",
              "ProduceExamples.java",
              "java .* .*/ProduceExamples.java .*"),
          by("OwnDataITCase", "\"kcat\"", "(echo .*\\| )?kcat .*"),
          by("ConnectITCase", "ConnectStandalone", "connect-standalone\\.sh .*"),
          by(
              "ConnectITCase",
              "payments.yaml",
              "\\./millrace (topics create|run) .*connect/payments.yaml"),
          by("ClusterITCase", "startCluster", "\\./millrace cluster .*"),
          by("ClusterITCase", "\"rescale\"", "\\./millrace rescale .*"),
          by("ClusterITCase", "\"stop\"", "(\\w+=\\$\\()?\\./millrace stop .*"),
          by("ReplayITCase", "--reset-offsets --to-datetime", "kafka-consumer-groups\\.sh .*"),
          by("ReplayITCase", "cp -r", "cp -r .*"),
          by(
              "ReplayITCase",
              "start(storms, copy)",
              "\\./millrace run -c storms.yaml --from-savepoint .*"),
          by("DlqCommandITCase", "\"dlq\"", "\\./millrace dlq .*"),
          by("StepBenchTest", "bench step", "\\./millrace bench step .*"),
          by(
              "PipelineBenchITCase",
              "bench pipeline",
              "(taskset .*)?\\./millrace bench pipeline .*"),
          by("IdsBenchTest", "bench ids", "\\./millrace bench ids .*"),
          by("StateBenchTest", "bench state", "\\./millrace bench state .*"),
          by("SqlBenchITCase", "bench sql", "(taskset .*)?\\./millrace bench sql .*"),
          by(
              "SqlLearnBenchTest",
              "bench sql-learn",
              "(taskset .*)?\\./millrace bench sql-learn .*"),
          by("DerivedBenchCommandTest", "bench derived", "\\./millrace bench derived .*"),
          by("IntervalsBenchCommandTest", "bench intervals", "\\./millrace bench intervals"),
          by("KindsBenchTest", "KindsBenchCommand.guesses()", "\\./millrace bench kinds"),
          by("AccuracyCommandTest", "bench accuracy", "\\./millrace bench accuracy .*"),
          by("ResultsCommandTest", "bench results", "\\./millrace bench results .*"),
          by("StreamsBenchCommandTest", "bench streams", "\\./millrace bench streams .*"),
          by("TuneBenchCommandTest", "bench tune", "\\./millrace bench tune .*"),
          by("DeployITCase", "\"tensorboard\"", "\\./millrace tensorboard .*"),
          by("DeployITCase", "cluster.flink(", "flink (run|list|stop).*"),
          by("SchemaCommandTest", "--subject", "\\./millrace schema check .*--subject .*"),
          by("SiteTest", ".ci/site", "mkdocs build --strict"),
          by("ComposeTest", "docker-compose.yml", "docker compose .*"),
          by("KubernetesTest", "kubernetes", "kubectl (apply|replace|wait|create|get) .*"),
          by(
              "HelmChartTest",
              "helm upgrade",
              "helm upgrade --install \\S+ deploy/helm/millrace .*"),
          by("KubernetesTest", "sed -i", "sed -i .* deploy/kubernetes/.*"),
          by("DeployITCase", "FlinkInstallation.standaloneJob(", "standalone-job\\.sh .*"),
          none("a script of Flink's own image", "taskmanager\\.sh start"),
          none("needs a container engine", "docker build .*"),
          none("installs from the network", "pip install .*"),
          none("TensorBoard is no part of the build", "tensorboard .*"),
          none("the options are checked against pom.xml", "mvn .*"),
          none("builds all; that the file is there is checked", "(\\.ci|bench)/.*"));

  static Optional<CommandElsewhere> of(DocumentedCommand command) {
    return ALL.stream().filter(row -> row.command.matcher(command.text()).matches()).findFirst();
  }

  private static CommandElsewhere by(String test, String how, String command) {
    return new CommandElsewhere(Pattern.compile(command), test, how);
  }

  private static CommandElsewhere none(String why, String command) {
    return new CommandElsewhere(Pattern.compile(command), null, why);
  }
}
