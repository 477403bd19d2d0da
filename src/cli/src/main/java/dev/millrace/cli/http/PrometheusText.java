package dev.millrace.cli.http;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;

/** Metrics in Prometheus' text format 0.0.4. */
public final class PrometheusText {
  private PrometheusText() {}

  /** Returns the answer to a request for metrics. */
  public static HttpReply reply(Enumeration<MetricFamilySamples> metrics) {
    StringWriter text = new StringWriter();
    try {
      TextFormat.write004(text, metrics);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // never of memory
    }
    return HttpReply.bytes(
        TextFormat.CONTENT_TYPE_004, text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
