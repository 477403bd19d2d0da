package dev.millrace.chaos;

import static dev.millrace.chaos.Fault.moment;
import static dev.millrace.testing.Patience.eventually;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Faults of brokers, and of what is between them and the job. */
final class BrokerFaults {
  private static final int LONGER_THAN_A_REQUEST_MAY_TAKE = 20;

  // More than what is on its way between the tasks at any time.
  private static final int AT_ONCE = 50_000;
  private static final double BYTES_PER_SECOND = 250_000;

  // A rate is a long to the broker.
  private static final double UNLIMITED = 1e12;
  private static final int CLEARLY_WAITING_MILLIS = 1_000;

  private BrokerFaults() {}

  static Fault killed() {
    return new Fault(
        "broker killed, started on its data",
        (bed, random) -> {
          bed.letFlow(moment(random));
          int exitCode = bed.brokers().kill(0);
          bed.brokers().startAgain(0);
          return List.of("exit code " + exitCode, bed.goesOn());
        },
        "exit code 137",
        "records flow");
  }

  static Fault paused() {
    return new Fault(
        "broker paused for " + LONGER_THAN_A_REQUEST_MAY_TAKE + " s",
        (bed, random) -> {
          bed.letFlow(moment(random));
          String seen = bed.brokers().pause(0, LONGER_THAN_A_REQUEST_MAY_TAKE);
          return List.of(seen, bed.goesOn());
        },
        "no answer",
        "records flow");
  }

  static Fault oneOfThreeDown() {
    return new Fault(
        "1 of 3 brokers killed, and not started again",
        (bed, random) -> {
          bed.letFlow(moment(random));
          int exitCode = bed.brokers().kill(random.nextInt(bed.brokers().count()));
          return List.of("exit code " + exitCode, bed.goesOn());
        },
        "exit code 137",
        "records flow");
  }

  static Fault connectionsSpoilt() {
    return new Fault(
        "connections cut, delayed, and cut again",
        (bed, random) -> {
          TcpProxy proxy = bed.brokers().proxy();
          bed.letFlow(moment(random));
          boolean cut = proxy.cutAll() > 0;
          String first = bed.goesOn();
          proxy.delay(300);
          String slow = bed.goesOn();
          cut &= proxy.cutAll() > 0;
          proxy.delay(0);
          return List.of(
              cut ? "cut" : "nothing to cut",
              first,
              proxy.delayed() > 0 ? "delayed" : "not delayed",
              slow,
              bed.goesOn());
        },
        "cut",
        "records flow",
        "delayed",
        "records flow",
        "records flow");
  }

  /** The broker gives up; with room again, and started again, it goes on with what it has. */
  static Fault diskFull() {
    return new Fault(
        "disk of the broker's log full",
        (bed, random) -> {
          bed.letFlow(moment(random));
          Brokers brokers = bed.brokers();
          brokers.disk().fill();
          bed.traffic().want(moment(random));
          String seen = brokers.ended(0);
          brokers.disk().free();
          brokers.startAgain(0);
          return List.of(seen, bed.goesOn());
        },
        "exit code 1",
        "records flow");
  }

  /**
   * The broker takes metrics more slowly than they come, and a consumer reads them one by one: the
   * job waits, and says so.
   */
  static Fault slowMetrics() {
    return new Fault(
        "metrics taken slowly, and read slowly",
        (bed, random) -> {
          try (Admin admin = bed.brokers().admin();
              KafkaConsumer<byte[], byte[]> slow = oneByOne(bed)) {
            int restarts = bed.cluster().job().restored();
            int before = bed.cluster().job().backPressure();
            int total = bed.traffic().sent() + AT_ONCE;
            limit(admin, BYTES_PER_SECOND);
            bed.traffic().hurry(total);
            boolean waits =
                eventually(
                    () -> {
                      slow.poll(Duration.ofMillis(100));
                      return bed.cluster().job().backPressure() > before + CLEARLY_WAITING_MILLIS;
                    });
            limit(admin, null);
            boolean all = bed.sendAtOnce(total);
            return List.of(
                waits ? "back pressure" : "no back pressure",
                all ? "all read" : "not all read",
                bed.cluster().job().restored() - restarts + " restarts");
          }
        },
        "back pressure",
        "all read",
        "0 restarts");
  }

  private static KafkaConsumer<byte[], byte[]> oneByOne(TestBed bed) {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bed.brokers().bootstrapServers(),
                "group.id",
                "slow",
                "auto.offset.reset",
                "earliest",
                "max.poll.records",
                1),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    consumer.subscribe(List.of(bed.settings().output().metrics()));
    return consumer;
  }

  // For every client but the one that sends the examples; null takes the limit away.
  private static void limit(Admin admin, Double bytesPerSecond) throws Exception {
    admin
        .alterClientQuotas(
            List.of(
                quota(null, bytesPerSecond),
                quota(Traffic.CLIENT_ID, bytesPerSecond == null ? null : UNLIMITED)))
        .all()
        .get(30, TimeUnit.SECONDS);
  }

  private static ClientQuotaAlteration quota(String client, Double bytesPerSecond) {
    Map<String, String> entity = new HashMap<>();
    entity.put(ClientQuotaEntity.CLIENT_ID, client);
    return new ClientQuotaAlteration(
        new ClientQuotaEntity(entity),
        List.of(new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond)));
  }
}
