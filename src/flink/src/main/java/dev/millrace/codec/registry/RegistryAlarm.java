package dev.millrace.codec.registry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log that records wait for a schema registry, once an outage. */
public final class RegistryAlarm implements RegisteredSchemas.Alarm {
  public static final RegistryAlarm INSTANCE = new RegistryAlarm();

  private static final Logger LOG = LoggerFactory.getLogger(RegistryAlarm.class);

  private RegistryAlarm() {}

  @Override
  public void fails(String why) {
    LOG.warn(
        "The schema registry {}. Records whose schema is not known yet wait, and nothing is"
            + " refused for it; the question is repeated until there is an answer, or only others"
            + " are answered.",
        why);
  }

  @Override
  public void answers() {
    LOG.info("The schema registry answers again.");
  }
}
