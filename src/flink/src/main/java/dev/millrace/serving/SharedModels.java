package dev.millrace.serving;

import dev.millrace.config.Settings;
import dev.millrace.data.Printable;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.serving.ServedModels.Held;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of a topic that the functions of a process share: one thread reads the topic, one
 * cache holds the models. The first function that needs them starts it, the last one closes it.
 * Thread-safe.
 */
public final class SharedModels implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SharedModels.class);

  private static final long INTERVAL_MILLIS = 50;
  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);
  // Models of the topic that are tried before all are reported as of other settings.
  private static final int TRIED = 100;
  private static final int SHOWN_OF_KEY = 60;

  /** Identity of shared models: functions with an equal one share them. */
  private record Id(
      String pipeline,
      String config,
      Map<String, String> kafka,
      String topic,
      Cache cache,
      Duration maxWait) {
    static Id of(Settings settings, String topic, Cache cache, Duration maxWait) {
      return new Id(
          settings.pipeline(), settings.configHash(), settings.kafka(), topic, cache, maxWait);
    }
  }

  /**
   * The models that a process keeps ready.
   *
   * @param bytes their memory
   * @param remedy what a user can do so that models fit, such as "raise cache.size"
   */
  public record Cache(long bytes, String remedy) {}

  private static final Map<Id, SharedModels> OPEN = new HashMap<>();

  private final Id id;
  private final ModelTopicReader reader;
  private final ServedModels models;
  private final ModelsFollower follower;
  private final Thread thread;
  private final ExecutorService reads;
  private final Workspace scratch = new Workspace();
  // Guarded by OPEN.
  private int users;
  private volatile @Nullable Throwable failure;

  private SharedModels(Id id, Settings settings) {
    this.id = id;
    reader = new ModelTopicReader(id.kafka(), id.topic());
    models = new ServedModels(settings, reader, id.cache().bytes());
    follower =
        new ModelsFollower(
            id.kafka(),
            id.topic(),
            settings.state().spec().stateBytes(),
            models::accept,
            LOG::warn);
    reads = Executors.newSingleThreadExecutor(task -> daemon(task, "reads"));
    thread = daemon(this::follow, "follower");
    thread.start();
  }

  private Thread daemon(Runnable task, String role) {
    Thread daemon = new Thread(task, "millrace-" + id.topic() + "-" + role);
    daemon.setDaemon(true);
    return daemon;
  }

  /**
   * Returns the models of a topic, once those that are on it now have been read.
   *
   * @param settings of the pipeline that publishes the models
   * @param maxWait time without an answer of a broker after which reading fails
   * @throws IOException if the topic cannot be read, or its models are of other settings
   */
  public static SharedModels open(Settings settings, String topic, Cache cache, Duration maxWait)
      throws IOException {
    Id id = Id.of(settings, topic, cache, maxWait);
    SharedModels shared;
    synchronized (OPEN) {
      shared = OPEN.computeIfAbsent(id, any -> new SharedModels(id, settings));
      shared.users++;
    }
    boolean ready = false;
    try {
      shared.awaitReady();
      shared.requireUsable();
      ready = true;
      return shared;
    } finally {
      if (!ready) {
        shared.close();
      }
    }
  }

  /** Returns the models, of which each is replaced when a newer one comes. */
  public ServedModels models() {
    return models;
  }

  /** Returns scratch of the thread that reads models again. */
  public Workspace scratchOfReads() {
    return scratch;
  }

  /** Returns the thread that reads models again, one at a time. */
  public ExecutorService reads() {
    return reads;
  }

  /**
   * Returns the newest model of a key, or null if there is none. One that is not in memory is read
   * again, for which the calling thread waits.
   *
   * @throws IOException if it cannot be read in time, or the topic cannot be followed
   */
  public @Nullable Held fetch(String key) throws IOException {
    if (failure != null) {
      throw unreadable();
    }
    long start = System.nanoTime();
    while (true) {
      try {
        return models.fetch(key);
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        if (System.nanoTime() - start > id.maxWait().toNanos()) {
          throw new IOException(
              "The model of key \"%s\" could not be read from the models topic %s within %d s: %s. %s"
                  .formatted(
                      Printable.line(key, SHOWN_OF_KEY),
                      id.topic(),
                      id.maxWait().toSeconds(),
                      e.getMessage(),
                      "Check the brokers, or " + id.cache().remedy()),
              e);
        }
        pause();
      }
    }
  }

  private void awaitReady() throws IOException {
    long answered = System.nanoTime();
    long reported = answered;
    while (!follower.isReady()) {
      if (failure != null) {
        throw unreadable();
      }
      String absence = follower.absence();
      if (absence == null) {
        answered = System.nanoTime();
        if (answered - reported > REPORT_INTERVAL.toNanos()) {
          reported = answered;
          LOG.info(
              "The models topic {} is still being read; {} records remain",
              id.topic(),
              follower.remaining());
        }
      } else if (System.nanoTime() - answered > id.maxWait().toNanos()) {
        throw new IOException(
            "The models topic %s could not be read within %d s: %s. %s"
                .formatted(
                    id.topic(),
                    id.maxWait().toSeconds(),
                    absence,
                    "Check kafka and output.topics.models of the pipeline; in SQL also"
                        + " properties.bootstrap.servers and topic of the model"));
      }
      pause();
    }
  }

  private void requireUsable() throws IOException {
    ModelMismatchException mismatch = null;
    Iterator<ModelSnapshot> all = models.summaries("");
    for (int m = 0; m < TRIED && all.hasNext(); m++) {
      Held held = fetch(all.next().key());
      if (held == null) {
        continue;
      }
      try {
        models.load(held, new Workspace());
        return;
      } catch (ModelMismatchException e) {
        mismatch = e;
      } catch (IOException e) {
        LOG.debug("A model is damaged; rows of its key are answered with NULLs", e);
      }
    }
    if (mismatch != null) {
      throw new IOException(
          "The models on topic %s are not of the pipeline that the model names: %s"
              .formatted(id.topic(), mismatch.getMessage()),
          mismatch);
    }
  }

  private static void pause() throws InterruptedIOException {
    try {
      Thread.sleep(INTERVAL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the function is being closed");
    }
  }

  private IOException unreadable() {
    return new IOException(
        "The models topic %s cannot be read: %s".formatted(id.topic(), failure), failure);
  }

  private void follow() {
    try {
      follower.run();
    } catch (Throwable e) {
      LOG.error("The models topic {} cannot be read", id.topic(), e);
      failure = e;
      synchronized (OPEN) {
        OPEN.remove(id, this); // functions that open later try again
      }
    }
  }

  /** Ends the use of one function. */
  @Override
  public void close() {
    synchronized (OPEN) {
      if (--users > 0) {
        return;
      }
      OPEN.remove(id, this);
    }
    follower.close();
    reads.shutdownNow();
    reader.close();
    boolean interrupted = Thread.interrupted();
    try {
      // The class loader of the job may be closed next.
      thread.join();
      reads.awaitTermination(id.maxWait().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
