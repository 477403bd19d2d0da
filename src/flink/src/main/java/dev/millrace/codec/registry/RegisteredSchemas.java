package dev.millrace.codec.registry;

import dev.millrace.input.RegistrySpec;
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
import org.jspecify.annotations.Nullable;

/**
 * Holds the schemas of a registry for all tasks of a JVM. A request is retried with increasing
 * delays until the registry answers, or answers other requests but not this one. Thread-safe.
 */
public final class RegisteredSchemas implements AutoCloseable {

  /** Reports outages of a registry. */
  public interface Alarm {
    /** Reports the start of an outage. */
    void fails(String reason);

    /** Reports the end of an outage. */
    void answers();
  }

  /** Number of attempts for an id while the registry answers for another one. */
  static final int MAX_TRIES = 8;

  // Concurrent requests.
  private static final int MAX_CONCURRENT = 8;

  // More than the sources of one process read ahead.
  private static final int MAX_WITHOUT_SCHEMA = 10_000;

  private static final Map<RegistrySpec, RegisteredSchemas> SHARED = new HashMap<>();

  private final RegistrySpec spec;
  private final Alarm alarm;
  private final LongSupplier nanoTime;
  private final RegistryClient client;
  private final ScheduledThreadPoolExecutor executor;
  // Schemas and pending requests, the oldest first.
  private final Map<Integer, Request> requests = new LinkedHashMap<>();
  // Ids without a schema, the oldest first. Producers choose ids, so these must not evict schemas.
  private final Map<Integer, Request> withoutSchema = new LinkedHashMap<>();
  private final AtomicLong failures = new AtomicLong();
  // Requests that failed at least once and are pending.
  private final AtomicInteger failing = new AtomicInteger();
  // The last id with an answer, 0 before the first.
  private volatile int lastAnswered;
  private int users;

  RegisteredSchemas(RegistrySpec spec, Alarm alarm, LongSupplier nanoTime) {
    this.spec = spec;
    this.alarm = alarm;
    this.nanoTime = nanoTime;
    this.client = new RegistryClient(spec);
    this.executor = new ScheduledThreadPoolExecutor(MAX_CONCURRENT, RegisteredSchemas::thread);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "schema-registry");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Returns the schemas of a registry for one more user, which must close them.
   *
   * @param alarm the alarm of the first user is used for all
   */
  public static RegisteredSchemas acquire(RegistrySpec spec, Alarm alarm) {
    synchronized (SHARED) {
      RegisteredSchemas schemas =
          SHARED.computeIfAbsent(spec, s -> new RegisteredSchemas(s, alarm, System::nanoTime));
      schemas.users++;
      return schemas;
    }
  }

  /** Ends one use; with the last one, cancels pending requests. */
  @Override
  public void close() {
    synchronized (SHARED) {
      if (--users > 0) {
        return;
      }
      SHARED.remove(spec, this);
    }
    executor.shutdownNow();
    synchronized (this) {
      requests.values().forEach(request -> request.answer.cancel(false));
    }
  }

  /** Returns the number of failed requests, including retries. */
  public long failures() {
    return failures.get();
  }

  /** Returns the answer for an id, null if it is not known. */
  public synchronized @Nullable SchemaAnswer known(int id) {
    if (id <= 0) {
      return invalid(id);
    }
    Request request = request(id);
    return request == null || request.isStale() ? null : request.answer.getNow(null);
  }

  /** Requests the answer for an id. */
  public synchronized CompletableFuture<SchemaAnswer> ask(int id) {
    if (id <= 0) {
      return CompletableFuture.completedFuture(invalid(id));
    }
    Request present = request(id);
    if (present != null && !present.isStale()) {
      return present.answer;
    }
    Request request = new Request(id);
    if (present != null) {
      withoutSchema.remove(id);
      // An id that was given up is given up again after one more attempt.
      request.tries = present.tries;
    }
    put(request, requests, spec.cached());
    executor.execute(request);
    return request.answer;
  }

  private static SchemaAnswer invalid(int id) {
    return new SchemaAnswer.Absent("schema id " + id + " is invalid: ids start at 1");
  }

  private @Nullable Request request(int id) {
    Request request = requests.get(id);
    return request == null ? withoutSchema.get(id) : request;
  }

  // Pending requests are not evicted.
  private static void put(Request request, Map<Integer, Request> into, int max) {
    Iterator<Request> oldest = into.values().iterator();
    while (into.size() >= max && oldest.hasNext()) {
      if (oldest.next().answer.isDone()) {
        oldest.remove();
      }
    }
    into.put(request.id, request);
  }

  /**
   * Waits for the answer for an id. Returns an expired answer at once, and requests it again.
   *
   * @throws CancellationException if the thread is interrupted
   */
  public SchemaAnswer await(int id) {
    CompletableFuture<SchemaAnswer> answer;
    synchronized (this) {
      Request present = request(id);
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

  private synchronized void moveToWithoutSchema(Request request) {
    requests.remove(request.id);
    put(request, withoutSchema, MAX_WITHOUT_SCHEMA);
  }

  private final class Request implements Runnable {
    private final int id;
    private final CompletableFuture<SchemaAnswer> answer = new CompletableFuture<>();
    private long delay = spec.timing().retry();
    private int tries;
    private boolean isFailing;
    // The time at which an answer without a schema expires.
    private volatile long staleAt;

    Request(int id) {
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
      try {
        answered(client.byId(id));
      } catch (RegistryException e) {
        failures.incrementAndGet();
        tries++;
        if (tries >= MAX_TRIES && answersOthers()) {
          tryLast();
        } else {
          fail(described(e));
        }
      }
    }

    // The registry may have come back between the last attempt and the answer for another id.
    private void tryLast() throws InterruptedException {
      try {
        answered(client.byId(id));
      } catch (RegistryException e) {
        finish(
            new SchemaAnswer.Unavailable(
                "the registry answers for other schemas, but " + described(e)));
      }
    }

    private void answered(SchemaAnswer found) {
      lastAnswered = id;
      tries = 0;
      finish(found);
    }

    private String described(RegistryException e) {
      return e.getMessage() + " (schema id " + id + ")";
    }

    private void fail(String what) {
      if (!isFailing) {
        isFailing = true;
        if (failing.getAndIncrement() == 0) {
          alarm.fails(what);
        }
      }
      repeat();
    }

    /** Returns true if the registry answers for another id with the same credentials. */
    private boolean answersOthers() throws InterruptedException {
      int other = lastAnswered != 0 && lastAnswered != id ? lastAnswered : id == 1 ? 2 : 1;
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
        moveToWithoutSchema(this);
      }
      answer.complete(found);
    }

    // Jitter prevents that many tasks retry at the same time.
    private void repeat() {
      long jitter = ThreadLocalRandom.current().nextLong(delay / 4 + 1);
      executor.schedule(this, delay - jitter, TimeUnit.MILLISECONDS);
      delay = Math.min(2 * delay, spec.timing().maxRetry());
    }
  }
}
