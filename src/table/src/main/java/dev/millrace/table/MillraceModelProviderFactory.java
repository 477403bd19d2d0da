package dev.millrace.table;

import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.PublicApi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.ResolvedCatalogModel;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.ModelProviderFactory;
import org.apache.flink.table.ml.ModelProvider;

/**
 * Creates the model provider of {@code CREATE MODEL ... WITH ('provider' = 'millrace', ...)}, which
 * predicts with the models that a pipeline publishes.
 */
@PublicApi
public final class MillraceModelProviderFactory implements ModelProviderFactory {
  /** Value of the option {@code provider}. */
  public static final String IDENTIFIER = "millrace";

  static final ConfigOption<String> PIPELINE =
      ConfigOptions.key("pipeline")
          .stringType()
          .noDefaultValue()
          .withDescription("YAML text of the pipeline that publishes the models.");

  static final ConfigOption<String> PIPELINE_FILE =
      ConfigOptions.key("pipeline.file")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Path of the pipeline file, read where the statement is planned; instead of"
                  + " 'pipeline'.");

  static final ConfigOption<String> TOPIC =
      ConfigOptions.key("topic")
          .stringType()
          .noDefaultValue()
          .withDescription("Models topic; by default the one of the pipeline.");

  static final ConfigOption<String> KEY =
      ConfigOptions.key("key")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "INPUT column with the model key; by default the one named as the pipeline's"
                  + " input.key, else the first.");

  static final ConfigOption<MemorySize> CACHE_SIZE =
      ConfigOptions.key("cache.size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(256))
          .withDescription("Memory of the models that are kept ready, for each process.");

  static final ConfigOption<Boolean> ASYNC =
      ConfigOptions.key("async")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Lets rows whose model must be read from the topic not hold up the others; slower"
                  + " for models in memory.");

  private static final Duration MAX_WAIT = Duration.ofSeconds(60);

  /** Prefix of Kafka client properties. */
  static final String PROPERTIES_PREFIX = "properties.";

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(PIPELINE, PIPELINE_FILE, TOPIC, KEY, CACHE_SIZE, ASYNC);
  }

  @Override
  public ModelProvider createModelProvider(Context context) {
    FactoryUtil.ModelProviderFactoryHelper helper =
        FactoryUtil.createModelProviderFactoryHelper(this, context);
    helper.validateExcept(PROPERTIES_PREFIX);
    ReadableConfig options = helper.getOptions();
    ResolvedCatalogModel model = context.getCatalogModel();
    Settings settings = settings(options, clientProperties(model.getOptions()));
    PredictSpec spec =
        new PredictSpec(
            settings,
            options.getOptional(TOPIC).orElse(settings.output().models()),
            options.get(CACHE_SIZE).getBytes(),
            QuestionColumns.of(
                model.getResolvedInputSchema(),
                settings.input().spec(),
                options.getOptional(KEY).orElse(null)),
            AnswerColumns.of(model.getResolvedOutputSchema()),
            MAX_WAIT);
    return options.get(ASYNC) ? new AsyncModelProvider(spec) : new SyncModelProvider(spec);
  }

  private static Settings settings(ReadableConfig options, Map<String, String> kafka) {
    String text = options.getOptional(PIPELINE).orElse(null);
    String file = options.getOptional(PIPELINE_FILE).orElse(null);
    if ((text == null) == (file == null)) {
      throw new ValidationException(
          "Set one of the options 'pipeline', the YAML text of the pipeline that publishes the"
              + " models, and 'pipeline.file', the path of its file");
    }
    StatementProperties.check(kafka);
    if (file != null && !PipelineFile.isPipeline(Path.of(file))) {
      throw new ValidationException(
          ("Option '%s' must name a pipeline file, a readable YAML map with the option pipeline,"
                  + " but was %s. Check it with ./millrace validate -c FILE")
              .formatted(PIPELINE_FILE.key(), file));
    }
    try {
      if (text == null) {
        return PipelineFile.read(Path.of(Objects.requireNonNull(file)), kafka);
      }
      Settings settings = PipelineFile.parseStatement(PIPELINE.key(), text, kafka);
      StatementProperties.check(settings.kafka());
      return settings;
    } catch (InvalidPipelineException e) {
      throw new ValidationException(
          "Option '%s' is not valid: %s"
              .formatted((text == null ? PIPELINE_FILE : PIPELINE).key(), e.getMessage()));
    }
  }

  private static Map<String, String> clientProperties(Map<String, String> options) {
    Map<String, String> properties = new HashMap<>();
    options.forEach(
        (name, value) -> {
          if (name.startsWith(PROPERTIES_PREFIX)) {
            properties.put(name.substring(PROPERTIES_PREFIX.length()), value);
          }
        });
    return properties;
  }
}
