package dev.millrace.nn.auto;

import dev.millrace.nn.OnlineModel;
import dev.millrace.simd.KernelProvider;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Trains every kind of mixture for some time and prints a hash of all their bytes. */
public final class AutoHash {

  private static final int EXAMPLES = 300;

  private AutoHash() {}

  public static void main(String[] args) throws NoSuchAlgorithmException {
    System.out.println("bits=" + KernelProvider.kernels().bits());
    System.out.println("sha256=" + hash());
  }

  static String hash() throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (AutoModels.Case one : AutoModels.cases()) {
      OnlineModel model = one.model();
      AutoModels.learn(model, 0, EXAMPLES);
      digest.update(AutoModels.bytes(model));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The same of mixtures whose classes come one after the other. */
  static String hashOfGrowing() throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (AutoModels.Case one : AutoModels.cases()) {
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
