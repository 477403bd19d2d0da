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
import org.jspecify.annotations.Nullable;

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

  /** Removes the events of a key whose series starts again, other than the reset. */
  synchronized void restart(String key) {
    marks.removeIf(mark -> mark.key().equals(key) && !mark.isReset());
    chars = marks.stream().mapToLong(DashboardMark::chars).sum();
    driftSeqs.remove(key);
  }

  /** Returns true if a key had a drift or warning within its last {@code window} examples. */
  synchronized boolean isDrifting(String key, long seq, long window) {
    Long drift = driftSeqs.get(key);
    return drift != null && drift > seq - window && drift <= seq + window;
  }

  /** Returns the number of events so far. */
  synchronized long count() {
    return count;
  }

  /** Writes the count and the last events of a key, or of all keys, newest first. */
  synchronized void write(JsonGenerator out, @Nullable String key) throws IOException {
    List<DashboardMark> found =
        marks.stream().filter(mark -> key == null || mark.key().equals(key)).toList();
    List<DashboardMark> last =
        new ArrayList<>(found.subList(Math.max(0, found.size() - MAX_SHOWN), found.size()));
    Collections.reverse(last);
    out.writeNumberField("count", count);
    out.writeObjectField("events", last);
  }
}
