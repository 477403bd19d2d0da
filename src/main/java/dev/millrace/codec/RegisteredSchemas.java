package dev.millrace.codec;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The schemas of a registry, each asked for once by all tasks of a JVM. A question goes on, ever
 * more slowly, until the registry answers it. Thread-safe.
 */
public final class RegisteredSchemas implements AutoCloseable {

  /** Is told when a registry begins to fail, and when it answers again. */
  public interface Alarm {
    /** The registry fails; said once, however long that lasts. */
    void fails(String why);

    /** It answers again. */
    void answers();
  }

  private static final Map<RegistrySpec, RegisteredSchemas> SHARED = new HashMap<>();

  private final RegistrySpec spec;
  private final Alarm alarm;
  private final LongSupplier nanoTime;
  private final RegistryClient client;
  private final ScheduledExecutorService questions;
  private final Map<Integer, Question> asked = new ConcurrentHashMap<>();
  private final AtomicLong failures = new AtomicLong();
  private int users;
  // Only the one thread that asks uses it.
  private boolean failing;

  RegisteredSchemas(RegistrySpec spec, Alarm alarm, LongSupplier nanoTime) {
    this.spec = spec;
    this.alarm = alarm;
    this.nanoTime = nanoTime;
    this.client = new RegistryClient(spec);
    this.questions = Executors.newSingleThreadScheduledExecutor(RegisteredSchemas::thread);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "schema-registry");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * The schemas of a registry for one more user, who closes them.
   *
   * @param alarm of the first user, for all of them
   */
  public static RegisteredSchemas acquire(RegistrySpec spec, Alarm alarm) {
    synchronized (SHARED) {
      RegisteredSchemas schemas =
          SHARED.computeIfAbsent(spec, s -> new RegisteredSchemas(s, alarm, System::nanoTime));
      schemas.users++;
      return schemas;
    }
  }

  /** Ends one use; with the last one, questions without an answer end too. */
  @Override
  public void close() {
    synchronized (SHARED) {
      if (--users > 0) {
        return;
      }
      SHARED.remove(spec, this);
    }
    questions.shutdownNow();
    asked.values().forEach(question -> question.answer.cancel(false));
  }

  /** Questions that had no answer, each repetition counted. */
  public long failures() {
    return failures.get();
  }

  /** The answer for an id, or null if it has to be asked for. */
  public SchemaAnswer known(int id) {
    Question question = asked.get(id);
    return question == null || question.isStale() ? null : question.answer.getNow(null);
  }

  /** The answer for an id, as soon as there is one. */
  public CompletableFuture<SchemaAnswer> ask(int id) {
    Question known = asked.get(id);
    if (known != null && !known.isStale()) {
      return known.answer;
    }
    makeRoom();
    Question question =
        asked.compute(
            id, (key, present) -> present == null || present.isStale() ? question(id) : present);
    return question.answer;
  }

  // Not within compute, which allows no change of other entries.
  private void makeRoom() {
    if (asked.size() >= spec.cached()) {
      asked.values().removeIf(question -> question.answer.isDone());
    }
  }

  /**
   * Waits for the answer for an id. One that is old is given at once, while the registry is asked
   * again.
   *
   * @throws CancellationException if the thread is interrupted
   */
  SchemaAnswer await(int id) {
    Question present = asked.get(id);
    CompletableFuture<SchemaAnswer> next = ask(id);
    try {
      return present != null && present.answer.isDone() ? present.answer.get() : next.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for a schema");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private Question question(int id) {
    Question question = new Question(id);
    questions.execute(question);
    return question;
  }

  private final class Question implements Runnable {
    private final int id;
    private final CompletableFuture<SchemaAnswer> answer = new CompletableFuture<>();
    private long delay = spec.timing().retry();
    // The time from which on an answer that there is no such schema is old.
    private volatile long staleAt;

    Question(int id) {
      this.id = id;
    }

    boolean isStale() {
      return answer.getNow(null) instanceof SchemaAnswer.Absent
          && nanoTime.getAsLong() - staleAt >= 0;
    }

    @Override
    public void run() {
      try {
        SchemaAnswer found = client.byId(id);
        if (failing) {
          failing = false;
          alarm.answers();
        }
        staleAt = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(spec.timing().unknown());
        answer.complete(found);
      } catch (RegistryException e) {
        failures.incrementAndGet();
        if (!failing) {
          failing = true;
          alarm.fails(e.getMessage());
        }
        repeat();
      } catch (InterruptedException e) {
        answer.cancel(false);
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    }

    // A little sooner or later than doubled, so that many tasks do not come all at once.
    private void repeat() {
      long jitter = ThreadLocalRandom.current().nextLong(delay / 4 + 1);
      questions.schedule(this, delay - jitter, TimeUnit.MILLISECONDS);
      delay = Math.min(2 * delay, spec.timing().mostRetry());
    }
  }
}
