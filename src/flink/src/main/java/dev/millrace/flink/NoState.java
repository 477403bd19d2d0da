package dev.millrace.flink;

import org.apache.flink.api.common.state.ValueState;
import org.jspecify.annotations.Nullable;

/** A keyed state that a pipeline does not need: it has no value and keeps none. */
final class NoState<T> implements ValueState<T> {

  @Override
  public @Nullable T value() {
    return null;
  }

  @Override
  public void update(T value) {}

  @Override
  public void clear() {}
}
