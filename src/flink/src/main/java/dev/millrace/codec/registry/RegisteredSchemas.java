package dev.millrace.codec.registry;

import dev.millrace.data.RegistrySpec;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The schemas of a registry, each asked for once by all tasks of a JVM. A question goes on, ever
 * more slowly, until the registry answers it, or answers others but not this one. Thread-safe.
 */
public final class RegisteredSchemas implements AutoCloseable {

  /** Is told when a registry begins to fail, and when it answers again. */
  public interface Alarm {
    /** The registry fails; said once, however long that lasts. */
    void fails(String why);

    /** It answers again. */
    void answers();
  }

  /** Tries after which an id is given up, if the registry answers for another one. */
  static final int MAX_TRIES = 8;

  // Questions that the registry gets at the same time.
  private static final int MAX_AT_ONCE = 8;

  // More than the sources of one process read ahead.
  private static final int MAX_WITHOUT_SCHEMA = 10_000;

  private static final Map<RegistrySpec, RegisteredSchemas> SHARED = new HashMap<>();

  private final RegistrySpec spec;
  private final Alarm alarm;
  private final LongSupplier nanoTime;
  private final RegistryClient client;
  private final ScheduledThreadPoolExecutor questions;
  // Schemas and open questions, the oldest first.
  private final Map<Integer, Question> asked = new LinkedHashMap<>();
  // Ids without a schema, the oldest first. Producers choose ids, so these push out no schemas.
  private final Map<Integer, Question> withoutSchema = new LinkedHashMap<>();
  private final AtomicLong failures = new AtomicLong();
  // Questions that were repeated and have no answer yet.
  private final AtomicInteger failing = new AtomicInteger();
  // The id that was answered last, 0 before the first.
  private volatile int answered;
  private int users;

  RegisteredSchemas(RegistrySpec spec, Alarm alarm, LongSupplier nanoTime) {
    this.spec = spec;
    this.alarm = alarm;
    this.nanoTime = nanoTime;
    this.client = new RegistryClient(spec);
    this.questions = new ScheduledThreadPoolExecutor(MAX_AT_ONCE, RegisteredSchemas::thread);
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
    synchronized (this) {
      asked.values().forEach(question -> question.answer.cancel(false));
    }
  }

  /** Questions that had no answer, each repetition counted. */
  public long failures() {
    return failures.get();
  }

  /** The answer for an id, or null if it has to be asked for. */
  public synchronized SchemaAnswer known(int id) {
    if (id <= 0) {
      return new SchemaAnswer.Absent("schema id " + id + " is not one: they start at 1");
    }
    Question question = question(id);
    return question == null || question.isStale() ? null : question.answer.getNow(null);
  }

  /** The answer for an id, as soon as there is one. */
  public synchronized CompletableFuture<SchemaAnswer> ask(int id) {
    if (id <= 0) {
      return CompletableFuture.completedFuture(known(id));
    }
    Question present = question(id);
    if (present != null && !present.isStale()) {
      return present.answer;
    }
    Question question = new Question(id);
    if (present != null) {
      withoutSchema.remove(id);
      // One that was given up after many tries is given up after one more.
      question.tries = present.tries;
    }
    put(question, asked, spec.cached());
    questions.execute(question);
    return question.answer;
  }

  private Question question(int id) {
    Question question = asked.get(id);
    return question == null ? withoutSchema.get(id) : question;
  }

  // An open question makes no room for another one.
  private static void put(Question question, Map<Integer, Question> into, int most) {
    Iterator<Question> oldest = into.values().iterator();
    while (into.size() >= most && oldest.hasNext()) {
      if (oldest.next().answer.isDone()) {
        oldest.remove();
      }
    }
    into.put(question.id, question);
  }

  /**
   * Waits for the answer for an id. One that is old is given at once, while the registry is asked
   * again.
   *
   * @throws CancellationException if the thread is interrupted
   */
  public SchemaAnswer await(int id) {
    CompletableFuture<SchemaAnswer> answer;
    synchronized (this) {
      Question present = question(id);
      CompletableFuture<SchemaAnswer> next = ask(id);
      answer = present != null && present.answer.isDone() ? present.answer : next;
    }
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for a schema");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private synchronized void moveToThoseWithoutSchema(Question question) {
    asked.remove(question.id);
    put(question, withoutSchema, MAX_WITHOUT_SCHEMA);
  }

  private final class Question implements Runnable {
    private final int id;
    private final CompletableFuture<SchemaAnswer> answer = new CompletableFuture<>();
    private long delay = spec.timing().retry();
    private int tries;
    private boolean isFailing;
    // The time from which on an answer without a schema is old.
    private volatile long staleAt;

    Question(int id) {
      this.id = id;
    }

    boolean isStale() {
      SchemaAnswer found = answer.getNow(null);
      return found != null
          && !(found instanceof SchemaAnswer.Found)
          && nanoTime.getAsLong() - staleAt >= 0;
    }

    @Override
    public void run() {
      try {
        tryOnce();
      } catch (InterruptedException e) {
        answer.cancel(false);
      } catch (RuntimeException | Error e) {
        answer.completeExceptionally(e);
      }
    }

    private void tryOnce() throws InterruptedException {
      SchemaAnswer found;
      try {
        found = client.byId(id);
      } catch (RegistryException e) {
        failures.incrementAndGet();
        tries++;
        fail(e.getMessage());
        return;
      }
      answered = id;
      tries = 0;
      finish(found);
    }

    private void fail(String why) throws InterruptedException {
      String what = why + " (schema id " + id + ")";
      if (tries >= MAX_TRIES && answersOthers()) {
        finish(new SchemaAnswer.Unavailable("the registry answers for other schemas, but " + what));
        return;
      }
      if (!isFailing) {
        isFailing = true;
        if (failing.getAndIncrement() == 0) {
          alarm.fails(what);
        }
      }
      repeat();
    }

    /** Whether the registry answers for an id, whatever it says, with the same login. */
    private boolean answersOthers() throws InterruptedException {
      int other = answered != 0 && answered != id ? answered : id == 1 ? 2 : 1;
      try {
        client.byId(other);
        return true;
      } catch (RegistryException e) {
        return false;
      }
    }

    private void finish(SchemaAnswer found) {
      staleAt = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(spec.timing().unknown());
      if (isFailing && failing.decrementAndGet() == 0) {
        alarm.answers();
      }
      if (!(found instanceof SchemaAnswer.Found)) {
        moveToThoseWithoutSchema(this);
      }
      answer.complete(found);
    }

    // A little sooner or later than doubled, so that many tasks do not come all at once.
    private void repeat() {
      long jitter = ThreadLocalRandom.current().nextLong(delay / 4 + 1);
      questions.schedule(this, delay - jitter, TimeUnit.MILLISECONDS);
      delay = Math.min(2 * delay, spec.timing().maxRetry());
    }
  }
}
