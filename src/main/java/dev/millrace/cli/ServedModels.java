package dev.millrace.cli;

import dev.millrace.Settings;
import dev.millrace.flink.ModelAssembler.Arrival;
import dev.millrace.flink.ModelAssembler.Place;
import dev.millrace.flink.ModelSnapshot;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.Workspace;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The newest model of each key, to predict with: a summary of all, and the models used last up to a
 * limit of memory; the others are read again when they are asked for. Thread-safe: a newer model
 * takes the place of an older one between two predictions.
 */
final class ServedModels {

  /** Reads a model again from where it was published. */
  interface Source {
    /**
     * The bytes of a key's model, or null if they are not there any more.
     *
     * @throws IOException if they cannot be read now
     */
    byte[] read(String key, List<Place> places) throws IOException;
  }

  private record Published(ModelSnapshot summary, List<Place> places) {}

  // Bytes until the model is asked for, then the model; the other is null.
  private record Resident(Published of, byte[] bytes, LoadedModel model) {
    long size() {
      return model == null ? bytes.length : model.memoryBytes();
    }
  }

  private final Settings settings;
  private final Source source;
  private final long mostBytes;
  private final NavigableMap<String, Published> index = new ConcurrentSkipListMap<>();
  // From the one unused for longest to the one just used.
  private final LinkedHashMap<String, Resident> residents = new LinkedHashMap<>(16, 0.75f, true);
  private long residentBytes;

  /**
   * @param mostBytes of the models in memory; one is kept whatever its size
   */
  ServedModels(Settings settings, Source source, long mostBytes) {
    this.settings = settings;
    this.source = source;
    this.mostBytes = mostBytes;
  }

  /**
   * Takes what the models topic says about a key; models of other pipelines are left alone.
   *
   * @throws IOException if it is no model, or of a newer release
   */
  void accept(Arrival arrival) throws IOException {
    if (!arrival.mayBeOf(settings.pipeline())) {
      return;
    }
    if (arrival.isForgotten()) {
      index.remove(arrival.key());
      drop(arrival.key());
    } else {
      ModelSnapshot snapshot =
          ModelSnapshot.decode(
              arrival.pipeline(), arrival.config(), arrival.key(), arrival.bytes());
      Published published = new Published(snapshot.summary(), arrival.places());
      index.put(arrival.key(), published);
      keep(new Resident(published, arrival.bytes(), null));
    }
  }

  /**
   * The newest model of a key, or null if there is none.
   *
   * @param workspace of the calling thread
   * @throws ModelMismatchException if it was trained with other settings, naming both
   * @throws IOException if it cannot be read now
   */
  LoadedModel find(String key, Workspace workspace) throws IOException {
    Published published = index.get(key);
    while (published != null) {
      Resident resident = resident(published);
      if (resident != null && resident.model() != null) {
        return resident.model();
      }
      byte[] bytes = resident == null ? source.read(key, published.places()) : resident.bytes();
      if (bytes != null) {
        return load(published, bytes, workspace);
      }
      // Compaction took its record, or the topic was made anew: a newer one is there, or comes, or
      // the key was forgotten.
      Published now = index.get(key);
      if (now == published) {
        throw new IOException(
            "the model of key \"%s\" is being replaced; try again in a moment"
                .formatted(Terminal.printable(key, 60)));
      }
      published = now;
    }
    return null;
  }

  private LoadedModel load(Published published, byte[] bytes, Workspace workspace)
      throws IOException {
    ModelSnapshot summary = published.summary();
    ModelSnapshot whole =
        ModelSnapshot.decode(summary.pipeline(), summary.config(), summary.key(), bytes);
    LoadedModel model = new LoadedModel(whole, settings, workspace);
    keep(new Resident(published, null, model));
    return model;
  }

  private synchronized Resident resident(Published published) {
    Resident resident = residents.get(published.summary().key());
    return resident != null && resident.of() == published ? resident : null;
  }

  private synchronized void keep(Resident resident) {
    String key = resident.of().summary().key();
    if (index.get(key) != resident.of()) {
      return; // a newer one came meanwhile
    }
    drop(key);
    residents.put(key, resident);
    residentBytes += resident.size();
    Iterator<Resident> oldest = residents.values().iterator();
    while (residentBytes > mostBytes && residents.size() > 1) {
      residentBytes -= oldest.next().size();
      oldest.remove();
    }
  }

  private synchronized void drop(String key) {
    Resident dropped = residents.remove(key);
    residentBytes -= dropped == null ? 0 : dropped.size();
  }

  /** How many keys have a model. */
  int size() {
    return index.size();
  }

  /** How many of them are in memory. */
  synchronized int resident() {
    return residents.size();
  }

  /** What is known of a key's model, or null if there is none. */
  ModelSnapshot summary(String key) {
    Published published = index.get(key);
    return published == null ? null : published.summary();
  }

  /**
   * What is known of the models in the order of their keys.
   *
   * @param after the key behind which they begin, or "" for the first
   */
  List<ModelSnapshot> summaries(String after, int most) {
    return index.tailMap(after, false).values().stream()
        .limit(most)
        .map(Published::summary)
        .toList();
  }
}
