package dev.millrace.bench.accuracy;

import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;
import java.util.Random;

/**
 * Generates clicks on ads, about 3 in 100, whose true probability is known: users, ads and sites
 * with Zipf frequencies and an effect each on the log-odds, topics of ads that suit kinds of sites,
 * hour, device, and a query of 3 to 6 words, often about the topic of the ad or the user.
 *
 * <p>Each row also has what three oracles predict. {@code generator}: the probability that the
 * click was drawn with. {@code learner}: knows topics, affinities, hours, devices, the spread of
 * the effects and the rate of their drift, but learns the effects of users, ads and sites from the
 * rows before. {@code additive}: the same without topics and affinities, as a linear model without
 * the query. Both approximate the posterior of each effect by a normal distribution (an extended
 * Kalman filter).
 */
final class ClickStream {
  private static final int TOPICS = 40;
  private static final int KINDS = 12;
  private static final int WORDS = 12;
  private static final int COMMON_WORDS = 30;
  private static final double[] DEVICES = {0, 0.4, -0.5};

  private final int rows;
  private final boolean isDrifting;
  private final Random random = new Random(7);
  private final Ids users;
  private final Ids ads;
  private final Ids sites;
  private final Oracle learner;
  private final Oracle additiveLearner;
  private final int[] topicsOfUsers;
  private final int[] topicsOfAds;
  private final int[] kindsOfSites;
  // [topics][kinds]
  private final double[][] affinities = new double[TOPICS][KINDS];

  /**
   * Creates a stream that begins at its first row.
   *
   * @param isDrifting each row replaces the effect of one ad
   */
  ClickStream(int rows, int users, int ads, int sites, boolean isDrifting) {
    this.rows = rows;
    this.isDrifting = isDrifting;
    this.users = new Ids(users, 0.7, 0.7);
    this.ads = new Ids(ads, 0.8, 0.9);
    this.sites = new Ids(sites, 0.9, 0.6);
    double drift = isDrifting ? 1.0 / ads : 0;
    learner =
        new Oracle(
            new Beliefs(users, 0.7, 0), new Beliefs(ads, 0.9, drift), new Beliefs(sites, 0.6, 0));
    // The last effect is that of the topics, on average.
    additiveLearner =
        new Oracle(
            new Beliefs(users, 0.7, 0),
            new Beliefs(ads, 0.9, drift),
            new Beliefs(sites, 0.6, 0),
            new Beliefs(1, 2, 0));
    topicsOfUsers = random.ints(users, 0, TOPICS).toArray();
    topicsOfAds = random.ints(ads, 0, TOPICS).toArray();
    kindsOfSites = random.ints(sites, 0, KINDS).toArray();
    for (double[] effects : affinities) {
      Arrays.setAll(effects, kind -> 0.9 * random.nextGaussian());
    }
  }

  void write(Writer out) throws IOException {
    out.write("user,ad,site,hour,device,query,click,generator,learner,additive\n");
    for (int row = 0; row < rows; row++) {
      int user = users.draw();
      int ad = ads.draw();
      int site = sites.draw();
      int hour = (int) (row * 24L * 7 / rows % 24);
      int device = random.nextInt(DEVICES.length);
      int topic = queryTopic(user, ad);
      if (isDrifting) {
        ads.redraw(random.nextInt(ads.effects.length));
      }
      double additive = -5.6 + 0.5 * StrictMath.sin(hour * Math.PI / 12) + DEVICES[device];
      double all =
          additive
              + affinities[topicsOfAds[ad]][kindsOfSites[site]]
              + (topic == topicsOfAds[ad] ? 1.8 : 0)
              + (topicsOfUsers[user] == topicsOfAds[ad] ? 0.8 : 0);
      double generator = sigmoid(all + users.effects[user] + ads.effects[ad] + sites.effects[site]);
      boolean isClick = random.nextDouble() < generator;
      double byLearner = learner.learn(all, row, isClick, user, ad, site);
      double byAdditive = additiveLearner.learn(additive, row, isClick, user, ad, site, 0);
      out.write("u" + user + ",a" + ad + ",s" + site + "," + hour + ",d" + device + ",");
      out.write(query(topic) + "," + (isClick ? "yes" : "no"));
      out.write(
          "," + (float) generator + "," + (float) byLearner + "," + (float) byAdditive + "\n");
    }
  }

  private int queryTopic(int user, int ad) {
    int topic = random.nextBoolean() ? topicsOfUsers[user] : random.nextInt(TOPICS);
    return random.nextDouble() < 0.3 ? topicsOfAds[ad] : topic;
  }

  private String query(int topic) {
    StringBuilder query = new StringBuilder();
    for (int words = 3 + random.nextInt(4); words > 0; words--) {
      query
          .append(query.isEmpty() ? "" : " ")
          .append(
              random.nextDouble() < 0.6
                  ? "w" + topic + "x" + random.nextInt(WORDS)
                  : "c" + random.nextInt(COMMON_WORDS));
    }
    return query.toString();
  }

  private static double sigmoid(double logOdds) {
    return 1 / (1 + StrictMath.exp(-logOdds));
  }

  /** Ids of which the k-th is drawn with a probability in proportion to 1/k^s. */
  private final class Ids {
    private final double[] cumulated;
    private final double deviation;
    final double[] effects;

    Ids(int count, double exponent, double deviation) {
      this.deviation = deviation;
      cumulated = new double[count];
      effects = new double[count];
      double sum = 0;
      for (int k = 0; k < count; k++) {
        sum += StrictMath.pow(k + 1, -exponent);
        cumulated[k] = sum;
        redraw(k);
      }
    }

    int draw() {
      int found =
          Arrays.binarySearch(cumulated, random.nextDouble() * cumulated[cumulated.length - 1]);
      return Math.min(cumulated.length - 1, found < 0 ? -found - 1 : found);
    }

    void redraw(int id) {
      effects[id] = deviation * random.nextGaussian();
    }
  }

  /** Adds a known part of the log-odds and effects that it learns, one of each kind of ids. */
  private record Oracle(Beliefs... beliefs) {
    /** Returns the probability before the click is learned. */
    double learn(double known, int row, boolean isClick, int... ids) {
      double mean = known;
      double variance = 0;
      for (int i = 0; i < beliefs.length; i++) {
        beliefs[i].forget(ids[i], row);
        mean += beliefs[i].means[ids[i]];
        variance += beliefs[i].variances[ids[i]];
      }
      // MacKay's approximation of the mean of a sigmoid (1992).
      double predicted = sigmoid(mean / Math.sqrt(1 + Math.PI * variance / 8));
      double information = predicted * (1 - predicted);
      double gain = 1 / (1 + information * variance);
      for (int i = 0; i < beliefs.length; i++) {
        double before = beliefs[i].variances[ids[i]];
        beliefs[i].means[ids[i]] += before * gain * ((isClick ? 1 : 0) - predicted);
        beliefs[i].variances[ids[i]] = before * (1 - before * information * gain);
      }
      return predicted;
    }
  }

  /** Beliefs of an oracle about the effects of one kind of ids. */
  private static final class Beliefs {
    private final double prior;
    private final double drift;
    final double[] means;
    final double[] variances;
    // The row up to which drift is counted.
    private final int[] since;

    /**
     * Creates beliefs that know the spread only.
     *
     * @param drift probability that a row replaces the effect of an id
     */
    Beliefs(int count, double deviation, double drift) {
      prior = deviation * deviation;
      this.drift = drift;
      means = new double[count];
      variances = new double[count];
      since = new int[count];
      Arrays.fill(variances, prior);
    }

    void forget(int id, int row) {
      double kept = StrictMath.pow(1 - drift, row - since[id]);
      means[id] *= kept;
      variances[id] = kept * variances[id] + (1 - kept) * prior;
      since[id] = row;
    }
  }
}
