package dev.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.data.Example;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.report.ModelAnswer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ServedModelsTest {
  private final Map<Place, byte[]> topic = new HashMap<>();
  private final Workspace workspace = new Workspace();
  private int reads;

  private ServedModels models(long maxBytes) {
    return new ServedModels(
        ModelSamples.SETTINGS,
        (key, places) -> {
          reads++;
          return topic.get(places.get(0));
        },
        maxBytes);
  }

  private void publish(ServedModels models, String key, int examples, long offset)
      throws Exception {
    Arrival arrival = ModelSamples.arrival(key, examples, new Place(0, offset));
    topic.put(arrival.places().get(0), arrival.bytes());
    models.accept(arrival);
  }

  private ModelAnswer predict(ServedModels models, String key) throws Exception {
    Example example = new Example();
    example.resize(ModelSamples.INPUTS);
    return models.load(models.fetch(key), workspace).predict(example, workspace);
  }

  @Test
  void theNewestModelOfAKeyPredicts() throws Exception {
    ServedModels models = models(1 << 20);
    publish(models, "k", 10, 0);
    assertThat(predict(models, "k").examples()).isEqualTo(10);

    publish(models, "k", 20, 1);
    assertThat(predict(models, "k").examples()).isEqualTo(20);
    assertThat(predict(models, "k").classes()).containsExactly("no", "yes");
    assertThat(models.fetch("other")).isNull();
    assertThat(reads).isZero();
  }

  @Test
  void aForgottenKeyHasNone() throws Exception {
    ServedModels models = models(1 << 20);
    publish(models, "k", 10, 0);
    models.accept(new Arrival("k", null, null, null, List.of()));

    assertThat(models.fetch("k")).isNull();
    assertThat(models.stats().inMemory()).isZero();
  }

  @Test
  void modelsOfOtherPipelinesAreLeftAlone() throws Exception {
    ServedModels models = models(1 << 20);
    models.accept(new Arrival("k", "other", "c", ModelSamples.bytes(1), List.of(new Place(0, 0))));

    assertThat(models.size()).isZero();
  }

  @Test
  void aKeyThatAnotherPipelineHasForgottenKeepsItsModel() throws Exception {
    ServedModels models = models(1 << 20);
    publish(models, "k", 10, 0);
    models.accept(new Arrival("k", "other", "c", null, List.of()));

    assertThat(predict(models, "k").examples()).isEqualTo(10);
  }

  @Test
  void modelsThatDoNotFitInMemoryAreReadAgain() throws Exception {
    ServedModels models = models(3L * ModelSamples.bytes(1).length);
    for (int key = 0; key < 10; key++) {
      publish(models, "k" + key, key + 1, key);
    }
    assertThat(models.size()).isEqualTo(10);
    assertThat(models.stats().inMemory()).isBetween(1, 3);

    for (int round = 0; round < 2; round++) {
      for (int key = 0; key < 10; key++) {
        assertThat(predict(models, "k" + key).examples()).isEqualTo(key + 1);
        assertThat(models.stats().inMemory()).isLessThanOrEqualTo(3);
      }
    }
    assertThat(reads).isGreaterThan(10);
    int before = reads;
    predict(models, "k9");
    assertThat(reads).isEqualTo(before);
  }

  @Test
  void aModelWhoseRecordCompactionTookIsUnavailableUntilTheNextComes() throws Exception {
    ServedModels models = models(0);
    publish(models, "k", 10, 0);
    publish(models, "other", 10, 1);
    topic.clear();

    assertThatThrownBy(() -> models.fetch("k"))
        .isInstanceOf(IOException.class)
        .hasMessage("the model of key \"k\" is being replaced; try again in a moment");

    publish(models, "k", 30, 2);
    assertThat(predict(models, "k").examples()).isEqualTo(30);
  }

  @Test
  void anErrorOfTheThreadThatReadsReachesThoseThatWaitForIt() throws Exception {
    CountDownLatch isRead = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    ServedModels models =
        new ServedModels(
            ModelSamples.SETTINGS,
            (key, places) -> {
              isRead.countDown();
              try {
                end.await();
              } catch (InterruptedException e) {
                throw new InterruptedIOException();
              }
              throw new OutOfMemoryError("no memory for " + key);
            },
            0);
    models.accept(ModelSamples.arrival("k", 1, new Place(0, 0)));
    models.accept(ModelSamples.arrival("other", 1, new Place(0, 1)));
    FutureTask<ServedModels.Held> reader = new FutureTask<>(() -> models.fetch("k"));
    FutureTask<ServedModels.Held> waiter = new FutureTask<>(() -> models.fetch("k"));
    Thread second = new Thread(waiter);

    new Thread(reader).start();
    isRead.await();
    second.start();
    await().until(() -> second.getState() == Thread.State.WAITING);
    end.countDown();

    assertThatThrownBy(() -> reader.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(OutOfMemoryError.class);
    assertThatThrownBy(() -> waiter.get(20, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void readersSeeOneModelOrTheOther() throws Exception {
    ServedModels models = models(1 << 20);
    publish(models, "k", 1, 0);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                Workspace own = new Workspace();
                Example example = new Example();
                example.resize(ModelSamples.INPUTS);
                long last = 0;
                while (last < 200) {
                  ModelAnswer answer = models.load(models.fetch("k"), own).predict(example, own);
                  assertThat(answer.examples()).isGreaterThanOrEqualTo(last);
                  assertThat(answer.modelVersion()).isEqualTo(answer.examples());
                  last = answer.examples();
                }
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    reader.start();
    for (int examples = 2; examples <= 200; examples++) {
      publish(models, "k", examples, examples);
    }
    reader.join();

    assertThat(failure.get()).isNull();
  }

  @Test
  void summariesComeInTheOrderOfTheKeys() throws Exception {
    ServedModels models = models(1 << 20);
    for (String key : List.of("c", "a", "b")) {
      publish(models, key, 1, key.charAt(0));
    }

    assertThat(models.summaries(""))
        .toIterable()
        .extracting(ModelSnapshot::key)
        .containsExactly("a", "b", "c");
    assertThat(models.summaries("b"))
        .toIterable()
        .extracting(ModelSnapshot::key)
        .containsExactly("c");
    assertThat(models.summary("c").bytes()).isEmpty();
  }
}
