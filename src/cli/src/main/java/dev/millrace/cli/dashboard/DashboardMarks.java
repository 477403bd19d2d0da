package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The latest records of the events topic, a bounded number over all keys. Thread-safe. */
final class DashboardMarks {
  static final int MAX_MARKS = 20_000;
  static final int MAX_SHOWN = 200;
  private static final long MAX_CHARS = 16L << 20; // of all marks

  // In order of arrival; a set, because a job that restarts may write an event again.
  private final Set<DashboardMark> marks = new LinkedHashSet<>();
  private final Map<String, Long> driftSeqs = new HashMap<>();
  private long count;
  private long chars;

  /** Adds an event; returns false when it repeats one, or is longer than all may be together. */
  synchronized boolean add(DashboardMark mark) {
    if (mark.chars() > MAX_CHARS || !marks.add(mark)) {
      return false;
    }
    count++;
    chars += mark.chars();
    if (mark.isDrift()) {
      driftSeqs.merge(mark.key(), mark.seq(), Math::max);
    }
    Iterator<DashboardMark> eldest = marks.iterator();
    while (marks.size() > MAX_MARKS || chars > MAX_CHARS) {
      DashboardMark gone = eldest.next();
      eldest.remove();
      chars -= gone.chars();
      driftSeqs.remove(gone.key(), gone.seq());
    }
    return true;
  }

  /** Forgets what happened to a key whose series begins again, but not why it did. */
  synchronized void restart(String key) {
    marks.removeIf(mark -> mark.key().equals(key) && !mark.isReset());
    chars = marks.stream().mapToLong(DashboardMark::chars).sum();
    driftSeqs.remove(key);
  }

  /** Whether a key drifted, or was warned of, within its last {@code window} examples. */
  synchronized boolean isDrifting(String key, long seq, long window) {
    Long drift = driftSeqs.get(key);
    return drift != null && drift > seq - window && drift <= seq + window;
  }

  /** Events so far; changes when there is something new. */
  synchronized long count() {
    return count;
  }

  /** Writes the last events as field {@code events}, newest first; of all keys if key is null. */
  void write(JsonGenerator out, String key) throws IOException {
    out.writeArrayFieldStart("events");
    for (DashboardMark mark : latest(key)) {
      mark.write(out);
    }
    out.writeEndArray();
  }

  private synchronized List<DashboardMark> latest(String key) {
    List<DashboardMark> found = new ArrayList<>();
    for (DashboardMark mark : marks) {
      if (key == null || mark.key().equals(key)) {
        found.add(mark);
      }
    }
    Collections.reverse(found);
    return found.subList(0, Math.min(MAX_SHOWN, found.size()));
  }
}
