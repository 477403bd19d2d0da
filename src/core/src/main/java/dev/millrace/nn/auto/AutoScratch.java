package dev.millrace.nn.auto;

import dev.millrace.nn.WeakCache;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.experts.ExpertScratch;
import dev.millrace.nn.ids.IdLearner;
import dev.millrace.simd.Kernels;
import java.util.ArrayList;
import java.util.List;

/** Scratch arrays and shapes that the mixtures of one thread share; no result outlives a call. */
final class AutoScratch {

  private static final float[] EMPTY = {};

  private record Projection(long seed, int inputs) {}

  private final WeakCache<AutoShape.Kind, AutoShape> shapes = new WeakCache<>();
  private final WeakCache<Projection, FourierFeatures> projections = new WeakCache<>();

  // Of each member that replays.
  final List<MemberBatch> rows = new ArrayList<>();
  float[] turns = EMPTY;
  // Of one network at a time.
  final Workspace networks;
  float[] transposed = EMPTY;
  // [predictions x columns], then the mixer's bias; and their logarithms.
  float[] predictions = EMPTY;
  float[] logs = EMPTY;
  float[] mixed = EMPTY;
  // [classes], and their logarithms.
  float[] frequencies = EMPTY;
  float[] logFrequencies = EMPTY;
  // The record at hand: its row of features, and what the networks see of it.
  float[] row = EMPTY;
  int rowOffset;
  float[] encoded = EMPTY;
  int encodedOffset;
  // The row with the previous value and with heavy tails scaled, then the codes of nominal columns.
  float[] changedRow = EMPTY;
  // [classes]: what a network of ids predicts.
  float[] ofNetwork = EMPTY;
  final IdLearner.Scratch ids = new IdLearner.Scratch();
  final ExpertScratch experts = new ExpertScratch();
  final ReplaySampler draws = new ReplaySampler();
  // Cells of ferns, and the value that they predict.
  int[] cells = {};
  final float[] fernValue = new float[1];
  final Neighbours neighbours = new Neighbours();
  final float[] mixerGradient = new float[2 * MixerWeights.MAX_PREDICTIONS];
  // [classes]: products of shares and inverse totals of naive Bayes.
  float[] products = EMPTY;
  float[] inverses = EMPTY;
  // Weights before a step.
  final float[] mixerWeights = new float[MixerWeights.MAX_PREDICTIONS];

  private AutoScratch(Workspace networks) {
    this.networks = networks;
  }

  /** Returns the one that models share as they share the workspace. */
  static AutoScratch of(Workspace workspace) {
    return workspace.shared(AutoScratch.class, () -> new AutoScratch(workspace));
  }

  /** Returns the shape that all mixtures of a kind share, and makes room for one of them. */
  AutoShape shape(AutoShape.Kind kind) {
    return shapes.get(kind, this::make);
  }

  private AutoShape make(AutoShape.Kind kind) {
    FourierFeatures fourier =
        AutoShape.needsFourier(kind.spec())
            ? projections.get(
                new Projection(kind.seed(), kind.inputs()),
                one -> new FourierFeatures(one.seed(), one.inputs()))
            : null;
    AutoShape shape = new AutoShape(kind, fourier);
    fit(shape);
    return shape;
  }

  private void fit(AutoShape shape) {
    for (int m = 0; m < shape.replaying(); m++) {
      fitRows(m, 1 + shape.member(m).replays, shape);
    }
    int stride = Kernels.stride(Kernels.padded(shape.outputs()));
    transposed = grown(transposed, Kernels.transposedLength(shape.outputs()));
    predictions = grown(predictions, (shape.predictions() + 1) * stride);
    logs = grown(logs, (shape.predictions() + 1) * stride);
    // No more nominal columns than inputs.
    changedRow = grown(changedRow, 2 * shape.inputs());
    mixed = grown(mixed, 2 * stride);
    frequencies = grown(frequencies, shape.outputs());
    logFrequencies = grown(logFrequencies, shape.outputs());
    int ferns = FernMember.size(shape.kind()).count();
    cells = cells.length < ferns ? new int[ferns] : cells;
    ofNetwork = grown(ofNetwork, shape.outputs());
    products = grown(products, shape.outputs());
    inverses = grown(inverses, shape.outputs());
  }

  private void fitRows(int m, int max, AutoShape shape) {
    if (m == rows.size()) {
      rows.add(new MemberBatch());
    }
    MemberBatch own = rows.get(m);
    own.x = grown(own.x, max * shape.stride());
    if (shape.member(m).fourier) {
      own.wide = grown(own.wide, max * shape.fourierStride());
      turns = grown(turns, max * FourierFeatures.COUNT);
    }
    own.targets = grown(own.targets, max);
    own.weights = grown(own.weights, max);
  }

  /** Returns the first columns of the encoded row where they may be changed. */
  float[] changeRow(int columns) {
    if (encoded != changedRow) {
      System.arraycopy(encoded, encodedOffset, changedRow, 0, columns);
      encoded = changedRow;
      encodedOffset = 0;
    }
    return changedRow;
  }

  private static float[] grown(float[] array, int length) {
    return array.length < length ? new float[length] : array;
  }
}
