package dev.millrace.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Record of a {@link Lease} on the brokers.
 *
 * @param holder identity of the job
 * @param host of the process that renews it
 * @param pid of that process
 * @param since when that process took the lease; tells two owners in one process apart
 * @param stateDir where the job's checkpoints are, empty if unknown
 * @param renewal grows with each renewal; about the milliseconds since 1970 by the holder's clock
 */
public record LeaseRecord(
    String holder,
    State state,
    String host,
    long pid,
    Instant since,
    String stateDir,
    long renewal) {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseRecord.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  // Brokers take 4,096 bytes of metadata (offset.metadata.max.bytes).
  private static final int MAX_CHARS = 400;

  /** State of the lease, as its holder wrote it. */
  public enum State {
    /** Waits until the sinks of the former holder have stopped. */
    TAKEN,
    HELD,
    /** Has ended the former holder, and waits until its sinks have stopped. */
    REVOKED,
    RELEASED
  }

  /** A first record of this process. */
  static LeaseRecord ofThisProcess(String holder, State state, String stateDir) {
    return new LeaseRecord(
        holder,
        state,
        hostName(),
        ProcessHandle.current().pid(),
        Instant.now().truncatedTo(ChronoUnit.MILLIS),
        stateDir.substring(0, Math.min(MAX_CHARS, stateDir.length())),
        System.currentTimeMillis());
  }

  /** The next renewal, or another state. */
  LeaseRecord next(State next) {
    long later = Math.max(renewal + 1, System.currentTimeMillis());
    return new LeaseRecord(holder, next, host, pid, since, stateDir, later);
  }

  /** Returns the record that follows the one on the brokers. */
  LeaseRecord after(Optional<LeaseRecord> stored) {
    long least = stored.map(record -> record.renewal + 1).orElse(renewal);
    return new LeaseRecord(holder, state, host, pid, since, stateDir, Math.max(renewal, least));
  }

  /** Returns true if the same owner wrote the other record. */
  boolean hasOwnerOf(LeaseRecord other) {
    return holder.equals(other.holder) && pid == other.pid && since.equals(other.since);
  }

  /** Returns true if another job has the lease or waits for it. */
  public boolean isOfAnother(String job) {
    return state != State.RELEASED && !holder.equals(job);
  }

  /** Names the holder for a user. */
  public String description() {
    String place = stateDir.isEmpty() ? "" : ", state in " + stateDir;
    return "on %s, pid %d, since %s%s"
        .formatted(host, pid, since.truncatedTo(ChronoUnit.SECONDS), place);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unknown host";
    }
  }

  // The offset is the time of the renewal: monitors of lag then see a group that is not behind.
  OffsetAndMetadata toOffset() {
    String metadata =
        JSON.createObjectNode()
            .put("holder", holder)
            .put("state", state.name().toLowerCase(Locale.ROOT))
            .put("host", host)
            .put("pid", pid)
            .put("since", since.toString())
            .put("state_dir", stateDir)
            .toString();
    return new OffsetAndMetadata(renewal, metadata);
  }

  /** Reads a committed offset; returns nothing if its metadata is not that of a lease. */
  static Optional<LeaseRecord> of(OffsetAndMetadata offset) {
    try {
      JsonNode json = JSON.readTree(offset.metadata());
      return Optional.of(
          new LeaseRecord(
              json.required("holder").asText(),
              State.valueOf(json.required("state").asText().toUpperCase(Locale.ROOT)),
              json.required("host").asText(),
              json.required("pid").asLong(),
              Instant.parse(json.required("since").asText()),
              json.required("state_dir").asText(),
              offset.offset()));
    } catch (JsonProcessingException | RuntimeException e) {
      LOG.debug("Not a lease: {}", offset, e);
      return Optional.empty();
    }
  }
}
