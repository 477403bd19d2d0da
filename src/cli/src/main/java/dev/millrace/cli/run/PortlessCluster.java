package dev.millrace.cli.run;

import static org.apache.flink.runtime.metrics.ReporterSetupBuilder.METRIC_SETUP_BUILDER;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.blob.BlobServer;
import org.apache.flink.runtime.dispatcher.DispatcherGateway;
import org.apache.flink.runtime.dispatcher.SessionDispatcherFactory;
import org.apache.flink.runtime.dispatcher.runner.DefaultDispatcherRunnerFactory;
import org.apache.flink.runtime.entrypoint.component.DefaultDispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.entrypoint.component.DispatcherResourceManagerComponent;
import org.apache.flink.runtime.entrypoint.component.DispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.heartbeat.HeartbeatServices;
import org.apache.flink.runtime.metrics.MetricRegistry;
import org.apache.flink.runtime.metrics.MetricRegistryConfiguration;
import org.apache.flink.runtime.metrics.MetricRegistryImpl;
import org.apache.flink.runtime.metrics.ReporterSetup;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;
import org.apache.flink.runtime.rest.RestEndpointFactory;
import org.apache.flink.runtime.rest.handler.RestHandlerConfiguration;
import org.apache.flink.runtime.rest.handler.RestHandlerSpecification;
import org.apache.flink.runtime.rpc.FatalErrorHandler;
import org.apache.flink.runtime.security.token.DelegationTokenManager;
import org.apache.flink.runtime.webmonitor.WebMonitorEndpoint;
import org.apache.flink.runtime.webmonitor.retriever.MetricQueryServiceRetriever;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelInboundHandler;
import org.jspecify.annotations.Nullable;

/**
 * A Flink cluster within this process that listens on no port of its own.
 *
 * <p>Flink's ports run code by design, and those of a {@link MiniCluster} answer every user and
 * every web page of the machine. Here the REST endpoint, which accepts jobs from every client, has
 * no handlers and is closed as soon as it has started. The blob server is closed as well: it only
 * distributes files to other processes. Calls between Flink's components never leave the process,
 * and neither do records between the tasks of one task manager.
 */
public final class PortlessCluster extends MiniCluster {
  /** Options without which Flink would use the ports. */
  static final Map<String, String> OPTIONS =
      Map.of(
          // Large task descriptions are sent within messages, not as files of the blob server.
          "blob.offload.minsize",
          Integer.toString(Integer.MAX_VALUE),
          // Metrics are fetched for the REST endpoint alone.
          "metrics.fetcher.update-interval",
          "0 ms");

  private final JobCounters counters = new JobCounters();
  private @Nullable FlinkMetrics metrics;

  @SuppressWarnings("NullAway.Init") // Flink calls the factory below before it is used
  private WebMonitorEndpoint<DispatcherGateway> endpoint;

  PortlessCluster(MiniClusterConfiguration spec) {
    super(spec);
  }

  /** Returns the counters of the jobs that run on this cluster. */
  JobCounters counters() {
    return counters;
  }

  /** Reports all metrics there too; to be called before the start. */
  void reportTo(FlinkMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  protected MetricRegistryImpl createMetricRegistry(Configuration configuration, long maxBytes) {
    List<ReporterSetup> reporters = new ArrayList<>();
    reporters.add(METRIC_SETUP_BUILDER.forReporter("millrace-counters", counters));
    if (metrics != null) {
      reporters.add(
          METRIC_SETUP_BUILDER.forReporter("prom", FlinkMetrics.options(), metrics.reporter()));
    }
    return new MetricRegistryImpl(
        MetricRegistryConfiguration.fromConfiguration(configuration, maxBytes), reporters);
  }

  @Override
  protected DispatcherResourceManagerComponentFactory
      createDispatcherResourceManagerComponentFactory() {
    RestEndpointFactory<DispatcherGateway> rest =
        (configuration, dispatcher, resources, blobs, executor, metrics, election, errors) -> {
          RestHandlerConfiguration spec = RestHandlerConfiguration.fromConfiguration(configuration);
          endpoint =
              new WebMonitorEndpoint<>(
                  dispatcher,
                  configuration,
                  spec,
                  resources,
                  blobs,
                  executor,
                  metrics,
                  election,
                  RestEndpointFactory.createExecutionGraphCache(spec),
                  errors) {
                @Override
                protected List<Tuple2<RestHandlerSpecification, ChannelInboundHandler>>
                    initializeHandlers(CompletableFuture<String> localAddress) {
                  return new ArrayList<>(); // it is sorted
                }
              };
          return endpoint;
        };
    return new DefaultDispatcherResourceManagerComponentFactory(
        DefaultDispatcherRunnerFactory.createSessionRunner(SessionDispatcherFactory.INSTANCE),
        StandaloneResourceManagerFactory.getInstance(),
        rest);
  }

  @Override
  protected Collection<? extends DispatcherResourceManagerComponent>
      createDispatcherResourceManagerComponents(
          Configuration configuration,
          RpcServiceFactory rpc,
          BlobServer blobs,
          HeartbeatServices heartbeats,
          DelegationTokenManager tokens,
          MetricRegistry metrics,
          MetricQueryServiceRetriever queries,
          FatalErrorHandler errors)
          throws Exception {
    Collection<? extends DispatcherResourceManagerComponent> components =
        super.createDispatcherResourceManagerComponents(
            configuration, rpc, blobs, heartbeats, tokens, metrics, queries, errors);
    endpoint.closeAsync().get();
    blobs.close();
    return components;
  }
}
