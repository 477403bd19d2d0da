package dev.millrace.nn.selection;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.stored.ModelHeader;
import dev.millrace.nn.stored.ModelMismatchException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a stored selection for settings that may have other models now. */
public final class ChampionChallengerReader {

  private final SelectionSpec spec;
  private final Task task;
  private final Workspace shared;
  private final ModelFactory factory;
  private final List<String> notes = new ArrayList<>();

  private ChampionChallengerReader(
      SelectionSpec spec, Task task, Workspace shared, ModelFactory factory) {
    this.spec = spec;
    this.task = task;
    this.shared = shared;
    this.factory = factory;
  }

  /** Returns true if a stored selection follows; reads nothing. */
  public static boolean isNext(BoundedDataInput in) throws IOException {
    return peek(in).shape().contains(ChampionChallenger.CHAMPION);
  }

  /** Returns the header of the stored selection or model that follows; reads nothing. */
  private static ModelHeader peek(BoundedDataInput in) throws IOException {
    int start = in.position();
    ModelHeader header = ModelHeader.read(in);
    in.seek(start);
    return header;
  }

  /**
   * Reads the one model of a stored selection that is configured alone now: the champion if it is
   * of that kind, else the first model that is.
   *
   * @throws ModelMismatchException if none is, naming the champion's kind and the configured one
   * @throws IOException if the bytes are of a newer version
   */
  public static OnlineModel readOne(
      BoundedDataInput in, ModelSpec one, Task task, Workspace shared, ModelFactory factory)
      throws IOException {
    requireTask(ModelHeader.read(in), task);
    requireVersion(in);
    in.readLong(); // the seed, which each model stores too
    String champion = in.readUTF();
    Map<String, Candidate.Stored> stored = stored(in);
    in.readDouble(); // of the comparison: max weight, start of the champion, examples
    in.readLong();
    in.readLong();
    try {
      byte[] model = storedModel(stored, champion).model();
      return factory.read(new BoundedDataInput(model), one, task, shared);
    } catch (ModelMismatchException e) {
      for (Candidate.Stored other : stored.values()) {
        try {
          return factory.read(new BoundedDataInput(other.model()), one, task, shared);
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
    if (!header.shape().startsWith(task.id() + ChampionChallenger.CHAMPION)) {
      throw new ModelMismatchException(
          "the stored models are of another task: stored (%s), configured (%s); %s"
              .formatted(header.shape(), task.id(), ModelMismatchException.REMEDY));
    }
  }

  private static void requireVersion(BoundedDataInput in) throws IOException {
    int version = in.readInt();
    if (version != ChampionChallenger.VERSION) {
      throw new IOException(
          "the stored models have format version %d, this program reads %d: use the program that"
                  .formatted(version, ChampionChallenger.VERSION)
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

  private static Candidate.Stored storedModel(Map<String, Candidate.Stored> stored, String champion)
      throws IOException {
    Candidate.Stored model = stored.get(champion);
    if (model == null) {
      throw new IOException("the stored models do not include their champion \"" + champion + "\"");
    }
    return model;
  }

  /**
   * Reads a stored selection, or one stored model, which becomes the champion.
   *
   * @throws ModelMismatchException if a model is of another kind than its name has now, or the
   *     champion was removed, naming both
   * @throws IOException if the bytes are of a newer version
   */
  public static ChampionChallenger read(
      BoundedDataInput in, SelectionSpec spec, Task task, Workspace shared, ModelFactory factory)
      throws IOException {
    Indicators indicators = spec.indicators().orElse(peek(in).indicators());
    return new ChampionChallengerReader(spec.withIndicators(indicators), task, shared, factory)
        .read(in);
  }

  private ChampionChallenger read(BoundedDataInput in) throws IOException {
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
    Candidate[] candidates = candidates(header, keySeed, stored);
    CandidateScores scores = scores(candidates, isThere ? champion : spec.champion());
    scores.readRest(in, isThere ? null : storedModel(stored, champion));
    return selection(keySeed, scores);
  }

  private CandidateScores scores(Candidate[] candidates, String champion) {
    return new CandidateScores(candidates, new PromotionRule(spec.promotion()), champion);
  }

  private ChampionChallenger selection(long keySeed, CandidateScores scores) {
    ChampionChallenger selection = new ChampionChallenger(spec, task, keySeed, factory, scores);
    selection.setNotes(notes);
    return selection;
  }

  /** Returns false if the stored champion was removed and another one is configured. */
  private boolean requireChampion(String champion) throws ModelMismatchException {
    boolean isThere = spec.models().stream().anyMatch(one -> one.name().equals(champion));
    if (!isThere && !spec.isChampionNamed()) {
      throw new ModelMismatchException(
          "its champion is the model \"%s\", which is not in models (%s) any more; put it back,"
                  .formatted(champion, spec.names())
              + " set champion: NAME, or reset the key");
    }
    return isThere;
  }

  private Candidate[] candidates(
      ModelHeader header, long keySeed, Map<String, Candidate.Stored> stored) throws IOException {
    Candidate[] candidates = new Candidate[spec.models().size()];
    for (int i = 0; i < candidates.length; i++) {
      NamedModel named = spec.models().get(i);
      Candidate.Stored one = stored.get(named.name());
      Candidate candidate = one == null ? null : candidate(named, one);
      if (one == null) {
        notes.add("model \"" + named.name() + "\" is new and starts from new weights");
      }
      candidates[i] = candidate == null ? unscored(named, header, keySeed) : candidate;
    }
    for (String name : stored.keySet()) {
      if (spec.models().stream().noneMatch(named -> named.name().equals(name))) {
        notes.add("model \"" + name + "\" is not in models any more and is dropped");
      }
    }
    return candidates;
  }

  private Candidate unscored(NamedModel named, ModelHeader header, long keySeed) {
    OnlineModel created =
        factory.create(named.model(), task, header.inputs(), header.classes(), keySeed);
    created.use(shared);
    return Candidate.unscored(named, created);
  }

  /** Returns the stored candidate, or null if its model starts again from new weights. */
  private @Nullable Candidate candidate(NamedModel named, Candidate.Stored one) throws IOException {
    OnlineModel model = model(named, one);
    return model == null ? null : new Candidate(named, model, one.decayedLoss(), one.test());
  }

  private @Nullable OnlineModel model(NamedModel named, Candidate.Stored one) throws IOException {
    try {
      return factory.read(new BoundedDataInput(one.model()), named.model(), task, shared);
    } catch (ModelMismatchException e) {
      String text = "model \"" + named.name() + "\": " + e.getMessage();
      switch (spec.onChange()) {
        case RESET -> {
          notes.add(text + "; it starts again from new weights");
          return null;
        }
        case GROW -> {
          if (e.storedShape() != null && named.model() instanceof NetworkSpec network) {
            return smaller(network.withHiddenOf(e.storedShape()), one, text);
          }
        }
        case REJECT -> {}
      }
      throw new ModelMismatchException(text);
    }
  }

  private OnlineModel smaller(ModelSpec smaller, Candidate.Stored one, String mismatch)
      throws IOException {
    try {
      return factory.read(new BoundedDataInput(one.model()), smaller, task, shared);
    } catch (ModelMismatchException e) {
      throw new ModelMismatchException(mismatch); // it differs in more than its hidden layers
    }
  }

  /** The pipeline had one model before: it is the champion, if it is of its kind. */
  private ChampionChallenger ofOneModel(BoundedDataInput in) throws IOException {
    ModelHeader header = peek(in);
    Candidate[] candidates = new Candidate[spec.models().size()];
    long keySeed = 0;
    long examples = 0;
    int champion = 0;
    for (int i = 0; i < candidates.length; i++) {
      NamedModel named = spec.models().get(i);
      if (named.name().equals(spec.champion())) {
        champion = i;
        OnlineModel model = factory.read(in, named.model(), task, shared);
        candidates[i] = Candidate.unscored(named, model);
        keySeed = model.keySeed();
        examples = model.examples();
      }
    }
    for (int i = 0; i < candidates.length; i++) {
      if (i != champion) {
        NamedModel named = spec.models().get(i);
        candidates[i] = unscored(named, header, keySeed);
        notes.add("model \"" + named.name() + "\" is new and starts from new weights");
      }
    }
    CandidateScores scores = scores(candidates, spec.champion());
    scores.startAt(examples);
    return selection(keySeed, scores);
  }
}
