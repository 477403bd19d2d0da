package dev.millrace.codec.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.testing.StubRegistry;
import dev.millrace.testing.StubRegistry.Mode;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegisteredSchemasTest {
  private static final String SCHEMA = "{\"type\":\"record\",\"name\":\"A\",\"fields\":[]}";

  private final StubRegistry registry = new StubRegistry().with(7, SCHEMA);
  private final List<String> alarms = new CopyOnWriteArrayList<>();
  private final AtomicLong nanoTime = new AtomicLong();
  private final RegisteredSchemas schemas =
      new RegisteredSchemas(registry.spec(), new Recorder(), nanoTime::get);

  private final class Recorder implements RegisteredSchemas.Alarm {
    @Override
    public void fails(String why) {
      alarms.add(why);
    }

    @Override
    public void answers() {
      alarms.add("answers");
    }
  }

  @AfterEach
  void close() {
    schemas.close();
    registry.close();
  }

  @Test
  void aSchemaIsAskedForOnce() {
    assertThat(schemas.known(7)).isNull();

    SchemaAnswer first = schemas.await(7);
    SchemaAnswer second = schemas.await(7);

    assertThat(second).isSameAs(first).isSameAs(schemas.known(7));
    assertThat(registry.questions()).isEqualTo(1);
  }

  @Test
  void throughAnOutageItAsksOnAndAlarmsOnce() {
    registry.setMode(Mode.FAILING);
    CompletableFuture<SchemaAnswer> answer = schemas.ask(7);
    await().until(() -> schemas.failures() > 3);
    assertThat(answer).isNotDone();

    registry.setMode(Mode.WELL);

    await().until(answer::isDone);
    assertThat(answer.join()).isInstanceOf(SchemaAnswer.Found.class);
    assertThat(alarms).containsExactly(registry.url() + " answers 503 (schema id 7)", "answers");
  }

  @Test
  void anAbsentSchemaIsCachedForAWhile() {
    assertThat(schemas.await(8)).isInstanceOf(SchemaAnswer.Absent.class);
    schemas.await(8);
    assertThat(registry.questions()).isEqualTo(1);

    registry.with(8, SCHEMA);
    nanoTime.addAndGet(60_000_000_000L);

    assertThat(schemas.known(8)).isNull();
    assertThat(schemas.await(8)).as("rather than wait").isInstanceOf(SchemaAnswer.Absent.class);
    assertThat(schemas.ask(8).join()).isInstanceOf(SchemaAnswer.Found.class);
    assertThat(schemas.await(8)).isInstanceOf(SchemaAnswer.Found.class);
  }

  @Test
  void theCacheHoldsNoMoreSchemasThanItMay() {
    for (int id = 100; id < 300; id++) {
      registry.with(id, SCHEMA);
      schemas.await(id);
    }

    assertThat(schemas.known(299)).isNotNull();
    assertThat(schemas.known(100)).isNull();
  }

  @Test
  void asManySchemasAsItMayHoldAreAskedForOnce() {
    int most = registry.spec().cached();
    for (int id = 100; id < 100 + most; id++) {
      registry.with(id, SCHEMA);
      schemas.await(id);
    }
    for (int id = 100; id < 100 + most; id++) {
      assertThat(schemas.await(id)).isNotNull();
    }
    assertThat(registry.questions()).isEqualTo(most);

    schemas.await(7);

    assertThat(schemas.known(100)).isNull();
    assertThat(schemas.known(7)).isNotNull();
  }

  @Test
  void theOneThatOthersMakeRoomForIsKeptWhereverItLiesInTheMap() {
    int sameBin = 7 + 4_096; // of any table that so many ids take
    registry.with(sameBin, SCHEMA);
    schemas.await(7);
    for (int id = 100; id < 99 + registry.spec().cached(); id++) {
      registry.with(id, SCHEMA);
      schemas.await(id);
    }

    schemas.await(sameBin);

    assertThat(schemas.known(7)).isNull();
    assertThat(schemas.known(sameBin)).isNotNull();
  }

  @Test
  void aQuestionWithoutAnAnswerIsNotForgotten() {
    registry.setMode(Mode.FAILING);
    CompletableFuture<SchemaAnswer> first = schemas.ask(7);

    for (int id = 100; id < 300; id++) {
      schemas.ask(id);
    }

    assertThat(schemas.ask(7)).isSameAs(first);
  }

  @Test
  void anIdThatAloneIsNotAnsweredIsGivenUp() {
    registry.withStatus("/schemas/ids/9", 302);

    SchemaAnswer answer = schemas.await(9);

    assertThat(answer)
        .isEqualTo(
            new SchemaAnswer.Unavailable(
                "the registry answers for other schemas, but %s answers 302 (schema id 9)"
                    .formatted(registry.url())));
    assertThat(schemas.failures()).isEqualTo(RegisteredSchemas.MAX_TRIES);
    assertThat(alarms).containsExactly(registry.url() + " answers 302 (schema id 9)", "answers");
    assertThat(schemas.await(7)).isInstanceOf(SchemaAnswer.Found.class);
  }

  @Test
  void anIdThatWasGivenUpIsTriedOnceMoreWhenTheAnswerIsOld() {
    registry.withStatus("/schemas/ids/9", 500);
    schemas.await(9);
    nanoTime.addAndGet(60_000_000_000L);
    assertThat(schemas.known(9)).isNull();

    assertThat(schemas.ask(9).join()).isInstanceOf(SchemaAnswer.Unavailable.class);

    assertThat(schemas.failures()).isEqualTo(RegisteredSchemas.MAX_TRIES + 1);
  }

  @Test
  void noIdIsGivenUpWhileTheRegistryAnswersForNone() {
    schemas.await(7);
    registry.require("Basic other");

    CompletableFuture<SchemaAnswer> answer = schemas.ask(9);
    await().until(() -> schemas.failures() > 2 * RegisteredSchemas.MAX_TRIES);
    assertThat(answer).isNotDone();

    registry.require(null);
    await().until(answer::isDone);
    assertThat(answer.join()).isInstanceOf(SchemaAnswer.Absent.class);
  }

  @Test
  void idsThatNoRegistryGivesAreNotAskedFor() {
    for (int id : new int[] {0, -1, Integer.MIN_VALUE}) {
      assertThat(schemas.known(id)).isInstanceOf(SchemaAnswer.Absent.class);
      assertThat(schemas.await(id)).isEqualTo(schemas.ask(id).join());
    }

    assertThat(registry.questions()).isZero();
  }

  @Test
  void idsWithoutASchemaPushOutNoSchemas() {
    schemas.await(7);
    for (int id = 1_000; id < 1_300; id++) {
      schemas.await(id);
    }

    assertThat(schemas.known(7)).isInstanceOf(SchemaAnswer.Found.class);
    assertThat(schemas.known(1_000)).isInstanceOf(SchemaAnswer.Absent.class);
  }

  @Test
  void severalIdsAreAskedForAtTheSameTime() {
    registry.setMode(Mode.SILENT);
    for (int id = 1; id <= 4; id++) {
      schemas.ask(id);
    }

    await().until(() -> registry.questions() == 4);
  }

  @Test
  void anInterruptWhileWaitingIsKept() {
    registry.setMode(Mode.SILENT);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> schemas.await(7)).isInstanceOf(CancellationException.class);

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void tasksOfAPipelineShareThemUntilTheLastIsClosed() {
    RegisteredSchemas one = RegisteredSchemas.acquire(registry.spec(), new Recorder());
    RegisteredSchemas other = RegisteredSchemas.acquire(registry.spec(), new Recorder());
    assertThat(other).isSameAs(one);
    one.close();
    assertThat(other.await(7)).isInstanceOf(SchemaAnswer.Found.class);
    other.close();

    RegisteredSchemas next = RegisteredSchemas.acquire(registry.spec(), new Recorder());

    assertThat(next).isNotSameAs(one);
    next.close();
  }

  @Test
  void closingEndsAQuestionThatHasNoAnswer() {
    registry.setMode(Mode.SILENT);
    CompletableFuture<SchemaAnswer> answer = schemas.ask(7);
    await().until(() -> registry.questions() == 1);

    schemas.close();

    assertThat(answer).isCancelled();
  }
}
