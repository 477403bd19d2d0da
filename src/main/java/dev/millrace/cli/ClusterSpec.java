package dev.millrace.cli;

import dev.millrace.Settings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a local cluster shall be.
 *
 * @param slots of each task manager
 * @param ha whether a job manager that dies is succeeded through ZooKeeper
 * @param port of the web address, never 0
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
    Path stateDir,
    Optional<Path> from,
    Map<String, String> options) {}
