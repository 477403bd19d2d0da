package dev.millrace.flink.kafka;

import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.OperatorIOMetricGroup;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;
import org.apache.flink.runtime.metrics.groups.ProxyMetricGroup;
import org.apache.flink.util.UserCodeClassLoader;

/**
 * Context of one of several readers of a subtask. A label, {@code reader}, distinguishes metrics of
 * the same name; the number of pending records is handed over instead, since a subtask has one such
 * number.
 */
final class MergedReaderContext implements SourceReaderContext {
  private final SourceReaderContext subtask;
  private final Metrics metrics;

  /**
   * @param reader its name
   * @param pending takes the number of records that the reader has yet to read
   */
  MergedReaderContext(SourceReaderContext subtask, String reader, List<Gauge<Long>> pending) {
    this.subtask = subtask;
    metrics = new Metrics(subtask.metricGroup(), reader, pending);
  }

  @Override
  public SourceReaderMetricGroup metricGroup() {
    return metrics;
  }

  @Override
  public Configuration getConfiguration() {
    return subtask.getConfiguration();
  }

  @Override
  public String getLocalHostName() {
    return subtask.getLocalHostName();
  }

  @Override
  public int getIndexOfSubtask() {
    return subtask.getIndexOfSubtask();
  }

  @Override
  public void sendSplitRequest() {
    subtask.sendSplitRequest();
  }

  @Override
  public void sendSourceEventToCoordinator(SourceEvent event) {
    subtask.sendSourceEventToCoordinator(event);
  }

  @Override
  public UserCodeClassLoader getUserCodeClassLoader() {
    return subtask.getUserCodeClassLoader();
  }

  @Override
  public int currentParallelism() {
    return subtask.currentParallelism();
  }

  private static final class Metrics extends ProxyMetricGroup<MetricGroup>
      implements SourceReaderMetricGroup {
    private final SourceReaderMetricGroup subtask;
    private final List<Gauge<Long>> pending;

    Metrics(SourceReaderMetricGroup subtask, String reader, List<Gauge<Long>> pending) {
      super(subtask.addGroup("reader", reader));
      this.subtask = subtask;
      this.pending = pending;
    }

    @Override
    public OperatorIOMetricGroup getIOMetricGroup() {
      return subtask.getIOMetricGroup();
    }

    @Override
    public Counter getNumRecordsInErrorsCounter() {
      return subtask.getNumRecordsInErrorsCounter();
    }

    @Override
    public void setPendingBytesGauge(Gauge<Long> gauge) {
      subtask.setPendingBytesGauge(gauge);
    }

    @Override
    public void setPendingRecordsGauge(Gauge<Long> gauge) {
      pending.add(gauge);
    }
  }
}
