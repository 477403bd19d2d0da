package dev.millrace.nn.auto.members;

import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.spec.AutoSpec.Extra;
import dev.millrace.nn.trees.HoeffdingTree;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The prediction of a {@link HoeffdingTree} over the columns of a row. */
final class TreeMember implements Member {

  /** One such member of each mixture of classes that asks for it. */
  record Plan(MixtureKind kind) implements MemberPlan {
    @Override
    public List<String> names() {
      return List.of(Extra.TREE.id());
    }

    /** Returns the bytes of the largest tree. */
    @Override
    public long memoryBytes() {
      return HoeffdingTree.maxBytes(kind.inputs(), kind.classes());
    }

    @Override
    public long storedBytes() {
      return HoeffdingTree.minBytes(kind.inputs(), kind.classes());
    }

    @Override
    public Member create(MixtureParts parts, Place place) {
      return new TreeMember(kind, place);
    }
  }

  private final int prediction;
  private final HoeffdingTree tree;

  private TreeMember(MixtureKind kind, MemberPlan.Place place) {
    prediction = place.prediction();
    tree = new HoeffdingTree(kind.inputs(), kind.classes());
  }

  @Override
  public void predict(Row row) {
    predict(row, scratch(row));
  }

  @Override
  public void learn(Row row) {
    HoeffdingTree.Scratch scratch = scratch(row);
    int node = predict(row, scratch);
    tree.learn(node, row.encoded, 0, row.label(), row.weight, scratch);
  }

  private int predict(Row row, HoeffdingTree.Scratch scratch) {
    int at = row.at(prediction);
    Arrays.fill(row.predictions, at, at + row.columns, 0f);
    return tree.predict(row.encoded, 0, row.frequencies, row.predictions, at, scratch);
  }

  private static HoeffdingTree.Scratch scratch(Row row) {
    return row.workspace.shared(HoeffdingTree.Scratch.class, HoeffdingTree.Scratch::new);
  }

  @Override
  public void addClass(MixtureKind grown, MemberPlan plan) {
    tree.addClass();
  }

  @Override
  public boolean grows() {
    return true;
  }

  @Override
  public long memoryBytes() {
    return tree.memoryBytes();
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    tree.visit(v);
  }
}
