package dev.millrace.kafka;

import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * The right to run a pipeline, which one job has at a time.
 *
 * <p>The brokers keep it as the committed offset of a group without members; its metadata names the
 * holder ({@link LeaseRecord}). Each commit is a transaction, so taking the transactional id fences
 * the former holder's commits. The job manager holds it ({@link LeaseKeeper}), and every sink looks
 * at it before it writes or commits ({@code LeaseGuard}):
 *
 * <ul>
 *   <li>The holder renews it every {@link #RENEWAL}. Another job that sees no renewal for {@link
 *       #EXPIRY} takes it; one that sees a renewal is rejected.
 *   <li>A job that Flink restarts is the same holder and continues at once, so its lease is not
 *       released in between. The command that started a job releases the lease after the job's end;
 *       else it expires.
 *   <li>A sink writes for {@link #VALIDITY} after the start of a look that found its job to be the
 *       holder. A job that took the lease from another one waits as long before its sinks write.
 * </ul>
 *
 * <p>No clock of one machine is compared with that of another one.
 *
 * @param kafka client properties
 * @param pipeline its name
 * @param group consumer group whose offset it is
 * @param topic any topic that the job may read; only its name is used
 * @param transactionalId id of the transactions that commit the offset
 * @param holder identity of the job; equal for its restarts and for later job managers of it
 * @param stateDir where its checkpoints are, for the message to the user
 */
public record Lease(
    Map<String, String> kafka,
    String pipeline,
    String group,
    String topic,
    String transactionalId,
    String holder,
    String stateDir)
    implements Serializable {
  /** Time between two renewals, and between two looks of a sink. */
  public static final Duration RENEWAL = Duration.ofSeconds(2);

  /** Time that a sink may write after it began to look. */
  public static final Duration VALIDITY = Duration.ofSeconds(6);

  /** Time without a renewal after which the holder counts as dead. */
  public static final Duration EXPIRY = Duration.ofSeconds(15);

  public Lease {
    kafka = new HashMap<>(kafka);
  }

  /** A rejected start: another job has the lease. */
  LeaseException held(LeaseRecord by) {
    return new LeaseException(
        ("Pipeline %s runs already: %s. Stop that job first, or end it through the brokers:"
                + " ./millrace stop -c FILE --force")
            .formatted(pipeline, by.description()));
  }

  /** A start without the rights that docs/security.md lists. */
  public KafkaException notAllowed(AuthorizationException e) {
    return new KafkaException(
        ("Pipeline %s has no lease: %s. It needs Write and Describe on transactional ids with the"
                + " prefix %s, and Read and Describe on group %s. Check with: ./millrace doctor"
                + " -c FILE")
            .formatted(
                pipeline,
                e.getMessage(),
                transactionalId.substring(0, transactionalId.indexOf('/') + 1),
                group),
        e);
  }

  /** The end of a running job: another one has taken the lease. */
  public LeaseException lost(LeaseRecord to) {
    return new LeaseException(
        to.state() == LeaseRecord.State.RELEASED || to.state() == LeaseRecord.State.REVOKED
            ? "Pipeline %s was ended through the brokers (%s); this job writes nothing more."
                .formatted(pipeline, to.description())
            : "Pipeline %s was taken over by another job (%s); this job writes nothing more."
                .formatted(pipeline, to.description()));
  }
}
