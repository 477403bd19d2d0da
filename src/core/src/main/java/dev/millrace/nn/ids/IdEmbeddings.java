package dev.millrace.nn.ids;

import dev.millrace.input.IdColumns;
import dev.millrace.nn.Embeddings;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Vectors of ids that one network learns, in a table of {@link KnownIds}: of its own, with a count,
 * the sum of the vector's squared gradients, and the vector; or in that of an {@link IdLearner},
 * which counts the records and stores it.
 *
 * <p>Vectors learn by AdaGrad with one sum a vector (row-wise, as in Naumov et al., 2019), an id of
 * several rows of a mini-batch once for each, in their order. Their steps are of bounded length, so
 * a rollback of the network leaves them as they are.
 */
public final class IdEmbeddings implements Embeddings {
  private static final int OWN_SQUARES = IdNumbers.COUNT + 1;
  private static final int OWN_VECTOR = OWN_SQUARES + 1;

  private static final float RATE = 0.1f;
  private static final float SHRINKAGE = 0.001f;
  private static final float FIRST_SQUARES = 0.001f;

  /** Elements of vectors are cut to plus or minus this, as standardized numbers are. */
  private static final float MAX_ELEMENT = 4f;

  /** Gradients whose sum of squares is above this are not learned. */
  private static final float MAX_SQUARES = 1e30f;

  private static final int[] NONE = {};

  /** Scratch of the models of a thread. */
  private static final class Scratch {
    final IdRow row = new IdRow();
    // [fields]: ids of each that count.
    int[] used = NONE;
  }

  private final IdColumns columns;
  private final int dimension;
  // Places of the sum of squares, and of the vector.
  private final int squares;
  private final int vector;
  private final boolean ownsTable;
  private final int fields;
  private final int maxIds;
  private final KnownIds known;
  private final PendingIds pending;
  private Scratch scratch = new Scratch();

  /** Creates the vectors of a model that knows no id, see {@link Embeddings.Factory}. */
  public IdEmbeddings(IdColumns columns, int dimension, long seed) {
    this(columns, dimension, OWN_SQUARES, OWN_VECTOR, true, own(columns, dimension, seed));
    eraseFromPending();
  }

  /** Creates the vectors of a table that a learner owns. */
  IdEmbeddings(IdColumns columns, KnownIds known) {
    this(columns, IdNumbers.VECTOR, IdNumbers.SQUARES, IdNumbers.FACTORS, false, known);
  }

  private IdEmbeddings(
      IdColumns columns,
      int dimension,
      int squares,
      int vector,
      boolean ownsTable,
      KnownIds known) {
    this.columns = columns;
    this.dimension = dimension;
    this.squares = squares;
    this.vector = vector;
    this.ownsTable = ownsTable;
    this.known = known;
    fields = columns.fields();
    maxIds = columns.maxIds();
    pending = new PendingIds();
  }

  private static KnownIds own(IdColumns columns, int dimension, long seed) {
    int limit = Math.max(columns.limit(), columns.maxIds());
    KnownIds.Vector vector = new KnownIds.Vector(OWN_VECTOR, dimension);
    return new KnownIds(columns, OWN_VECTOR + dimension, limit, vector, seed);
  }

  /** Rows that wait for their step must not keep an id that was erased. */
  private void eraseFromPending() {
    IdTable table = known.table();
    table.afterErasing(() -> pending.retain(table));
  }

  /** Returns the bytes in memory that an id takes at most. */
  public static long bytesOfId(int dimension) {
    return KnownIds.bytesOfId(OWN_VECTOR + dimension);
  }

  @Override
  public void use(Workspace shared) {
    scratch = shared.shared(Scratch.class, Scratch::new);
  }

  @Override
  public void encode(float[] row, int offset, float[] out, int outOffset) {
    IdRow ids = scratch.row;
    ids.fit(maxIds, fields);
    if (scratch.used.length < fields) {
      scratch.used = new int[fields];
    }
    ids.read(columns, NONE, row, offset);
    Arrays.fill(out, outOffset, outOffset + fields * dimension, 0f);
    for (int field = 0; field < fields; field++) {
      scratch.used[field] = encodeField(field, ids, out, outOffset + field * dimension);
    }
  }

  /** Writes the mean vector of a field; returns the number of its ids that count. */
  private int encodeField(int field, IdRow ids, float[] out, int outOffset) {
    int used = 0;
    for (int i = ids.starts[field]; i < ids.starts[field + 1]; i++) {
      if (!known.find(i, ids)) {
        continue;
      }
      used++;
      float[] numbers = known.table().numbers(ids.slots[i]);
      int at = known.table().offset(ids.slots[i]) + vector;
      for (int v = 0; v < dimension; v++) {
        out[outOffset + v] += ids.values[i] * numbers[at + v];
      }
    }
    for (int v = 0; used > 1 && v < dimension; v++) {
      out[outOffset + v] /= used;
    }
    return used;
  }

  @Override
  public void add(float[] row, int offset, float[] out, int outOffset) {
    encode(row, offset, out, outOffset);
    IdRow ids = scratch.row;
    pending.begin(maxIds);
    for (int i = 0; i < ids.size; i++) {
      if (ids.isUsed[i]) {
        int field = ids.fields[i];
        pending.add(ids.ids[i], field, ids.values[i] / scratch.used[field]);
      }
    }
    if (ownsTable) {
      known.count(row, offset, ids);
    }
  }

  @Override
  public void learn(float[] gradients, int stride) {
    for (int row = 0; row < pending.rows(); row++) {
      for (int i = pending.start(row); i < pending.end(row); i++) {
        int slot = known.table().find(pending.id(i));
        if (slot != IdTable.NONE) { // another id may have taken its place meanwhile
          int gradient = row * stride + pending.field(i) * dimension;
          learn(slot, gradients, gradient, pending.factor(i));
        }
      }
    }
  }

  private void learn(int slot, float[] gradients, int from, float factor) {
    float sum = 0f;
    for (int v = 0; v < dimension; v++) {
      float g = factor * gradients[from + v];
      sum += g * g;
    }
    // Written so that NaN is rejected as well.
    if (!(sum <= MAX_SQUARES)) {
      return;
    }
    float[] numbers = known.table().changedNumbers(slot);
    int at = known.table().offset(slot);
    numbers[at + squares] = Math.min(MAX_SQUARES, numbers[at + squares] + sum);
    float rate = RATE / (float) Math.sqrt(FIRST_SQUARES + numbers[at + squares]);
    for (int v = 0; v < dimension; v++) {
      float before = numbers[at + vector + v];
      float after = before - rate * (factor * gradients[from + v] + SHRINKAGE * before);
      numbers[at + vector + v] = Math.max(-MAX_ELEMENT, Math.min(MAX_ELEMENT, after));
    }
  }

  @Override
  public void clear() {
    pending.clear();
  }

  @Override
  public PagedPart pages() {
    return known.table();
  }

  @Override
  public boolean isFinite() {
    return !ownsTable || known.table().isFinite(); // the owner of another table checks it
  }

  @Override
  public long memoryBytes() {
    return (ownsTable ? known.table().memoryBytes() : 0) + pending.memoryBytes();
  }

  @Override
  public Embeddings copy(long otherSeed) {
    requireTable();
    IdEmbeddings copy = new IdEmbeddings(columns, dimension, otherSeed);
    State.copy(v -> visit(v, pending.rows()), v -> copy.visit(v, pending.rows()));
    return copy;
  }

  private void requireTable() {
    if (!ownsTable) {
      throw new IllegalStateException("the owner of the table copies it");
    }
  }

  @Override
  public void visit(StateVisitor v, int rows) throws IOException {
    pending.visit(v, rows, fields, maxIds);
    if (ownsTable) {
      known.visitTime(v);
      known.visitTable(v, vector + dimension);
      if (v.isFilling()) {
        eraseFromPending();
      }
    }
  }
}
