package dev.millrace.nn.auto;

import dev.millrace.nn.OnlineModel;
import dev.millrace.simd.KernelProvider;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Trains every kind of mixture, and networks with vectors of ids, for some time and prints a hash
 * of all their bytes.
 */
public final class AutoHash {

  private static final int EXAMPLES = 300;
  private static final int EXAMPLES_WITH_IDS = 100;

  private AutoHash() {}

  public static void main(String[] args) throws NoSuchAlgorithmException {
    System.out.println("bits=" + KernelProvider.kernels().bits());
    System.out.println("sha256=" + hash());
    System.out.println("ids=" + hashOfIds());
    System.out.println("experts=" + hashOfExperts());
    System.out.println("embeddings=" + hashOfEmbeddings());
  }

  static String hash() throws NoSuchAlgorithmException {
    return hash(AutoModels.withoutIds(), EXAMPLES);
  }

  static String hashOfIds() throws NoSuchAlgorithmException {
    return hash(AutoModels.withIds(), EXAMPLES_WITH_IDS);
  }

  static String hashOfExperts() throws NoSuchAlgorithmException {
    return hash(AutoModels.withExperts(), EXAMPLES);
  }

  static String hashOfEmbeddings() throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (IdNetworks.Case one : IdNetworks.cases()) {
      OnlineModel model = one.model();
      AutoModels.learn(model, 0, EXAMPLES_WITH_IDS);
      digest.update(AutoModels.bytes(model));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String hash(List<AutoModels.Case> cases, int examples)
      throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (AutoModels.Case one : cases) {
      OnlineModel model = one.model();
      AutoModels.learn(model, 0, examples);
      digest.update(AutoModels.bytes(model));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The same of mixtures whose classes come one after the other. */
  static String hashOfGrowing() throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (AutoModels.Case one : AutoModels.withoutIds()) {
      if (one.task().isClassification()) {
        OnlineModel model = Models.create(one.spec(), one.task(), AutoModels.INPUTS, 0, 7);
        for (int known = 0; known < one.classes(); known++) {
          model.addClass();
          AutoModels.learn(model, known * 10, known * 10 + 10);
        }
        digest.update(AutoModels.bytes(model));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
