package dev.millrace.config.kafka;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.data.Setting;

/** Declares the options of {@code kafka}; jobs without the Kafka clients need them too. */
public final class KafkaOptions {

  /** The map {@code kafka}. */
  public static final OptionGroup GROUP =
      new OptionGroup(
          "kafka",
          "",
          "Any other property of the Kafka clients is passed through, such as"
              + " `security.protocol: SASL_SSL`.");

  static final Option<String> BOOTSTRAP_SERVERS =
      GROUP.required(
          "bootstrap.servers",
          OptionTypes.text(Setting.ANY_TEXT, "HOST:PORT, several separated by commas"),
          "bootstrap.servers: localhost:9092",
          "the brokers to ask first");

  private KafkaOptions() {}
}
