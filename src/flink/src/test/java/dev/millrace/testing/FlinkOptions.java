package dev.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.metrics.prometheus.PrometheusPushGatewayReporterOptions;
import org.apache.flink.metrics.prometheus.PrometheusReporterFactory;
import org.apache.flink.state.rocksdb.RocksDBOptions;

/** The options that Flink knows, as far as this project sets any. */
public final class FlinkOptions {
  private static final String REPORTER = "metrics.reporter.prom.";

  /** Of the reporter that is called prom: its keys, with what Flink reads each of them as. */
  public static final Map<String, String> OF_THE_REPORTER =
      Map.of(
          REPORTER + MetricOptions.REPORTER_FACTORY_CLASS.key(),
          PrometheusReporterFactory.class.getName(),
          REPORTER + "port",
          "a range of ports",
          REPORTER + PrometheusPushGatewayReporterOptions.FILTER_LABEL_VALUE_CHARACTER.key(),
          "true or false");

  /** The options in the static fields of the {@code *Options} classes of Flink's jars, by key. */
  public static final Map<String, ConfigOption<?>> KNOWN = known();

  private FlinkOptions() {}

  private static Map<String, ConfigOption<?>> known() {
    Map<String, ConfigOption<?>> options = new TreeMap<>();
    addBeside(ConfigOption.class, options);
    addBeside(RocksDBOptions.class, options);
    return options;
  }

  /** Adds the options of all such classes in the jar of a class. */
  public static void addBeside(Class<?> type, Map<String, ConfigOption<?>> options) {
    String path = type.getProtectionDomain().getCodeSource().getLocation().getPath();
    try (JarFile jar = new JarFile(path)) {
      for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        if (entry.getName().endsWith("Options.class")) {
          String name = entry.getName().replace('/', '.').replaceAll("\\.class$", "");
          for (Field field : Class.forName(name).getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
              ConfigOption<?> option = (ConfigOption<?>) field.get(null);
              options.put(option.key(), option);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
