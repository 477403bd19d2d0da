package dev.millrace.nn;

import dev.millrace.data.PublicApi;
import dev.millrace.input.IdColumns;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * The part of a network's input layer that learns ids: a vector of each, of which the network sees
 * the mean over each column and cross. A part of one {@link Learner}, with which it is stored. Not
 * thread-safe.
 *
 * <p>Rows are added one by one, and learned together in the step of their mini-batch.
 */
@PublicApi
public interface Embeddings {

  /** Creates the vectors of a model that knows no id. */
  @FunctionalInterface
  interface Factory {
    /**
     * Creates them.
     *
     * @param columns with ids
     * @param dimension floats of a vector
     * @param seed of the first vectors
     */
    Embeddings create(IdColumns columns, int dimension, long seed);
  }

  /** Uses scratch that other models of the same thread share. */
  void use(Workspace shared);

  /**
   * Writes the mean vector of each column and cross; 0 where no id is known.
   *
   * @param row of features, from {@code offset}
   */
  void encode(float[] row, int offset, float[] out, int outOffset);

  /** Encodes a row of the next step, and counts the records of its ids, which become known. */
  void add(float[] row, int offset, float[] out, int outOffset);

  /**
   * Learns the rows that were added since {@link #clear}, in their order.
   *
   * @param gradients with respect to what {@link #add} wrote
   * @param stride floats between rows of gradients
   */
  void learn(float[] gradients, int stride);

  /** Forgets the rows that were added, because their step is over. */
  void clear();

  /** Returns the pages of the vectors. */
  PagedPart pages();

  /** Returns false if a number that was learned is not finite. */
  boolean isFinite();

  /** Returns the bytes in memory. */
  long memoryBytes();

  /** Returns an independent copy, which gives new ids the first vectors of another seed. */
  Embeddings copy(long otherSeed);

  /**
   * Visits the vectors, and the rows that wait for their step.
   *
   * @param rows number of rows that wait for their step
   * @throws IOException if what is read is damaged
   */
  void visit(StateVisitor v, int rows) throws IOException;
}
