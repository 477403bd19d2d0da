package dev.millrace.codec.registry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs outages of a schema registry. */
public final class RegistryAlarm implements RegisteredSchemas.Alarm {
  public static final RegistryAlarm INSTANCE = new RegistryAlarm();

  private static final Logger LOG = LoggerFactory.getLogger(RegistryAlarm.class);

  private RegistryAlarm() {}

  @Override
  public void fails(String reason) {
    LOG.warn(
        "The schema registry {}. Records with an unknown schema wait and are not rejected. The"
            + " request is retried until the registry answers, or answers only other requests.",
        reason);
  }

  @Override
  public void answers() {
    LOG.info("The schema registry answers again.");
  }
}
