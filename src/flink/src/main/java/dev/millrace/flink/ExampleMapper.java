package dev.millrace.flink;

import dev.millrace.codec.ExampleFields;
import dev.millrace.data.PublicApi;
import java.io.Serializable;

/**
 * Fills in the fields of an example from an element of a stream.
 *
 * @param <T> type of the elements
 */
@PublicApi
@FunctionalInterface
public interface ExampleMapper<T> extends Serializable {

  /**
   * Sets the fields of the example of an element; those that are not set are missing.
   *
   * @param fields without values; they must not be used after the call
   * @throws Exception to fail the job; a value that the pipeline cannot use fails nothing
   */
  void map(T element, ExampleFields fields) throws Exception;
}
