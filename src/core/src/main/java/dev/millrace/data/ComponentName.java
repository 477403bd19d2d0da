package dev.millrace.data;

import java.lang.reflect.RecordComponent;
import java.util.Locale;

/** Spells the names of components as JSON and pipeline files do. */
public final class ComponentName {

  private ComponentName() {}

  /** Returns the words of the name in lower case, with a separator between them. */
  public static String words(RecordComponent component, char separator) {
    return component.getName().replaceAll("([A-Z])", separator + "$1").toLowerCase(Locale.ROOT);
  }
}
