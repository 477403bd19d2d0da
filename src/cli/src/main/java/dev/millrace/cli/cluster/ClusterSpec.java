package dev.millrace.cli.cluster;

import dev.millrace.config.Settings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Specification of a local cluster.
 *
 * @param slots of each task manager
 * @param ha true if a new job manager takes over through ZooKeeper
 * @param port of Flink's REST interface, never 0
 * @param webUi true for Flink's web UI, open to this machine, instead of mutual TLS
 * @param stateDir of this pipeline alone
 * @param from checkpoint or savepoint to continue from
 * @param options on top of the configuration file's
 */
record ClusterSpec(
    Path pipelineFile,
    Settings settings,
    int taskManagers,
    int slots,
    int parallelism,
    boolean ha,
    int port,
    boolean webUi,
    Path stateDir,
    Optional<Path> from,
    Map<String, String> options) {}
