package dev.millrace.nn.selection;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.nn.ModelHeader;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.SelectionSpec;
import dev.millrace.nn.SelectionSpec.NamedModel;
import dev.millrace.nn.Workspace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a selection as it was stored, for settings that may name other models by now. */
final class ChampionChallengerReader {

  static final int VERSION = 1;

  /** Steps, and those skipped, those clipped and rollbacks, which the models know themselves. */
  private static final int COUNTED_BY_MODELS = 4;

  private static final String CHAMPION = ", champion ";

  private final SelectionSpec spec;
  private final Task task;
  private final Workspace shared;
  private final ModelFactory maker;
  private final List<String> notes = new ArrayList<>();

  ChampionChallengerReader(SelectionSpec spec, Task task, Workspace shared, ModelFactory maker) {
    this.spec = spec;
    this.task = task;
    this.shared = shared;
    this.maker = maker;
  }

  /** Returns the task, the champion and the names of a selection, in words. */
  static String shape(Task task, String champion, String names) {
    return task.id() + CHAMPION + champion + " of " + names;
  }

  /** Returns true if a stored selection follows; reads nothing. */
  static boolean isNext(BoundedDataInput in) throws IOException {
    return peek(in).shape().contains(CHAMPION);
  }

  /** Returns the header of the stored selection or model that follows; reads nothing. */
  static ModelHeader peek(BoundedDataInput in) throws IOException {
    int start = in.position();
    ModelHeader header = ModelHeader.read(in);
    in.seek(start);
    return header;
  }

  /**
   * Reads the one model of a stored selection that goes on alone: the champion if it is of the kind
   * that is configured now, else the first model that is.
   *
   * @throws ModelMismatchException if none is, naming the champion's kind and the configured one
   */
  static OnlineModel readOne(
      BoundedDataInput in, ModelSpec one, Task task, Workspace shared, ModelFactory maker)
      throws IOException {
    requireTask(ModelHeader.read(in), task);
    requireVersion(in);
    in.readLong(); // the seed, which each model knows too
    String champion = in.readUTF();
    Map<String, Candidate.Stored> stored = stored(in);
    in.readDouble(); // what only a comparison needs: the largest weight, since when, of how many
    in.readLong();
    in.readLong();
    in.readLong(); // steps and those left out, which the models know too
    in.readLong();
    try {
      return maker.read(new BoundedDataInput(stored.get(champion).model()), one, task, shared);
    } catch (ModelMismatchException e) {
      for (Candidate.Stored other : stored.values()) {
        try {
          return maker.read(new BoundedDataInput(other.model()), one, task, shared);
        } catch (ModelMismatchException none) {
          // It is of another kind too.
        }
      }
      throw new ModelMismatchException(
          "of the models %s, with the champion \"%s\", none is of the kind that is configured alone: %s"
              .formatted(String.join(", ", stored.keySet()), champion, e.getMessage()),
          e.storedShape());
    }
  }

  private static void requireTask(ModelHeader header, Task task) throws ModelMismatchException {
    if (!header.shape().startsWith(task.id() + CHAMPION)) {
      throw new ModelMismatchException(
          "the stored models are of another task: stored (%s), configured (%s); go back to the"
                  .formatted(header.shape(), task.id())
              + " stored settings, or start afresh");
    }
  }

  private static void requireVersion(BoundedDataInput in) throws IOException {
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException(
          "the stored models have format version %d, this program reads %d: use the program that"
                  .formatted(version, VERSION)
              + " wrote them, or a newer one");
    }
  }

  private static Map<String, Candidate.Stored> stored(BoundedDataInput in) throws IOException {
    Map<String, Candidate.Stored> stored = new LinkedHashMap<>();
    for (int left = SizeChecks.read(in, "stored models", Integer.MAX_VALUE, 2); left > 0; left--) {
      Candidate.Stored one = Candidate.Stored.read(in);
      stored.put(one.name(), one);
    }
    return stored;
  }

  ChampionChallenger read(BoundedDataInput in) throws IOException {
    if (!isNext(in)) {
      return ofOneModel(in);
    }
    ModelHeader header = ModelHeader.read(in);
    requireTask(header, task);
    requireVersion(in);
    long keySeed = in.readLong();
    String champion = in.readUTF();
    Map<String, Candidate.Stored> stored = stored(in);
    boolean isThere = requireChampion(champion);
    Candidate[] contenders = contenders(header, keySeed, stored);
    CandidateScores board = board(contenders, isThere ? champion : spec.champion());
    board.readRest(in, isThere ? null : stored.get(champion));
    for (int count = 0; count < COUNTED_BY_MODELS; count++) {
      in.readLong();
    }
    return selection(keySeed, board);
  }

  private CandidateScores board(Candidate[] contenders, String champion) {
    return new CandidateScores(contenders, new PromotionRule(spec.promotion()), champion);
  }

  private ChampionChallenger selection(long keySeed, CandidateScores board) {
    ChampionChallenger selection = new ChampionChallenger(spec, task, keySeed, maker, board);
    selection.note(notes);
    return selection;
  }

  /** Whether the stored champion is among the models. */
  private boolean requireChampion(String champion) throws ModelMismatchException {
    boolean isThere = spec.models().stream().anyMatch(one -> one.name().equals(champion));
    if (!isThere && !spec.isChampionNamed()) {
      throw new ModelMismatchException(
          "its champion is the model \"%s\", which is not among models (%s) any more; put it back,"
                  .formatted(champion, spec.names())
              + " name the one to take its place with champion: NAME, or start afresh");
    }
    return isThere;
  }

  private Candidate[] contenders(
      ModelHeader header, long keySeed, Map<String, Candidate.Stored> stored) throws IOException {
    Candidate[] contenders = new Candidate[spec.models().size()];
    for (int i = 0; i < contenders.length; i++) {
      NamedModel entrant = spec.models().get(i);
      Candidate.Stored one = stored.get(entrant.name());
      OnlineModel model = one == null ? null : model(entrant, one);
      if (one == null) {
        notes.add("model \"" + entrant.name() + "\" is new and starts afresh");
      }
      contenders[i] =
          model == null
              ? begin(entrant, header, keySeed)
              : new Candidate(entrant, model, one.standing(), one.duel());
    }
    for (String name : stored.keySet()) {
      if (spec.models().stream().noneMatch(entrant -> entrant.name().equals(name))) {
        notes.add("model \"" + name + "\" is not among models any more and is dropped");
      }
    }
    return contenders;
  }

  private Candidate begin(NamedModel entrant, ModelHeader header, long keySeed) {
    OnlineModel fresh =
        maker.create(entrant.model(), task, header.inputs(), header.classes(), keySeed);
    fresh.use(shared);
    return Candidate.begin(entrant, fresh);
  }

  /** The stored model, or null if it is to start afresh. */
  private OnlineModel model(NamedModel entrant, Candidate.Stored one) throws IOException {
    try {
      return maker.read(new BoundedDataInput(one.model()), entrant.model(), task, shared);
    } catch (ModelMismatchException e) {
      String text = "model \"" + entrant.name() + "\": " + e.getMessage();
      switch (spec.onChange()) {
        case RESET -> {
          notes.add(text + "; it starts afresh");
          return null;
        }
        case GROW -> {
          if (e.storedShape() != null && entrant.model() instanceof NetworkModelSpec network) {
            return smaller(network.withHiddenOf(e.storedShape()), one, text);
          }
        }
        case REJECT -> {}
      }
      throw new ModelMismatchException(text);
    }
  }

  private OnlineModel smaller(ModelSpec smaller, Candidate.Stored one, String refusal)
      throws IOException {
    try {
      return maker.read(new BoundedDataInput(one.model()), smaller, task, shared);
    } catch (ModelMismatchException e) {
      throw new ModelMismatchException(refusal); // it differs in more than its hidden layers
    }
  }

  /** The pipeline had one model before: it is the champion, if it is of its kind. */
  private ChampionChallenger ofOneModel(BoundedDataInput in) throws IOException {
    ModelHeader header = peek(in);
    Candidate[] contenders = new Candidate[spec.models().size()];
    long keySeed = 0;
    long examples = 0;
    int champion = 0;
    for (int i = 0; i < contenders.length; i++) {
      NamedModel entrant = spec.models().get(i);
      if (entrant.name().equals(spec.champion())) {
        champion = i;
        OnlineModel model = maker.read(in, entrant.model(), task, shared);
        contenders[i] = Candidate.begin(entrant, model);
        keySeed = model.keySeed();
        examples = model.examples();
      }
    }
    for (int i = 0; i < contenders.length; i++) {
      if (i != champion) {
        NamedModel entrant = spec.models().get(i);
        contenders[i] = begin(entrant, header, keySeed);
        notes.add("model \"" + entrant.name() + "\" is new and starts afresh");
      }
    }
    CandidateScores board = board(contenders, spec.champion());
    board.startAt(examples);
    return selection(keySeed, board);
  }
}
