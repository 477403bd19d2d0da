package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page in a real browser: what it shows, that it changes live, and that it stays at home. */
class DashboardPageITCase extends DashboardPage {
  private static final int RECORDS = 220;

  @Test
  void saysWhatItWaitsForUntilTheFirstRecordArrives() throws IOException {
    awaitText("connection", "waiting for data");
    assertThat(browser.text("waiting")).contains("Waiting for the first metrics record");
    screenshot("waiting");

    server.publish(new DashboardSamples("shop-1", 1, 0.1).nextBinary());

    awaitText("connection", "live");
    awaitText("key-name", "shop-1");
    awaitText("examples", "200");
  }

  @Test
  void namesWhatIsWorseThanNothingAboutARareClass() throws IOException {
    String rare =
        record("shop-1", 200, "0.9700", "0.0000", "0.1441")
            .replace(
                "\"window\":{",
                """
                "window":{"log_loss":0.1441,"log_loss_baseline":0.1356,"auc_roc":0.512,\
                "normalized_entropy":1.0627,\
                "calibration":{"mean_predicted":0.0094,"observed_share":0.0302,"ratio":0.3113},\
                "segments":{"column":"device","values":[{"value":null,"examples":640,\
                "mean_predicted":0.041,"observed_share":0.02,"ratio":2.05}]},\
                "predicts_one_class":true,"better_than_baseline":false,\
                """);
    server.publish(rare);
    awaitText("key-name", "shop-1");

    awaitText("window-auc-roc", "0.512");
    awaitText("window-log-loss", "0.144");
    assertThat(browser.text("window-log-loss-delta")).isEqualTo("+0.009 vs class frequencies");
    assertThat(browser.text("key-sub"))
        .endsWith("mean predicted 0.009, observed 0.030, ratio 0.311");
    assertThat(browser.text("window-normalized-entropy")).isEqualTo("1.063");
    assertThat(browser.text("segments"))
        .startsWith("predictedobservedratiocountwindow0.0090.0300.311")
        .contains("device, window\u20130.0410.0202.050640");
    assertThat(browser.text("key-warnings"))
        .startsWith("Worse than a baseline. Predicts only one class: metrics.threshold-metric: f1");
    assertThat(browser.text("key-list")).contains("\u25bc");
    screenshot("rare-class");
  }

  @Test
  void showsTheFiguresOfTheChosenKeyAndChangesThemLive() throws IOException {
    List<DashboardSamples> shops = shops();
    for (int i = 0; i < RECORDS; i++) {
      shops.forEach(shop -> server.publish(shop.nextBinary()));
    }
    awaitText("key-count", "14");
    awaitText("total-examples", "616,000");
    browser.open(URI.create(server.address() + "/#key=shop-11"));
    awaitText("key-name", "shop-11");
    awaitText("examples", "44,000");
    awaitRows(14);
    assertThat(browser.text("connection")).isEqualTo("live");

    server.publish(record("shop-11", 44_200, "0.4321", "0.3210", "9.8765"));

    awaitText("examples", "44,200");
    awaitText("window-accuracy", "0.432");
    awaitText("window-f1", "0.321");
    awaitText("window-precision", "0.740");
    awaitText("window-recall", "0.660");
    awaitText("window-loss", "9.88");
    awaitFirstRow("shop-11");
    assertThat(browser.text("window-accuracy-delta")).isEqualTo("\u22120.468 vs no-change");
    assertThat(browser.text("confusion")).contains("ok", "fraud", "958", "23");
    assertThat(browser.text("config")).isEqualTo("b1946ac9");
    assertThat(browser.text("learning-rate")).isEqualTo("0.005");
    assertThat(chartTitles("charts"))
        .containsExactly(
            "Accuracy", "F1", "Precision and recall", "Loss", "Log-loss", "AUC", "Throughput");

    press("axis-switch", "time");
    press("range-switch", "latest");
    screenshot("latest-over-event-time");
    assertThat(browser.text("charts")).contains("0.432");
  }

  @Test
  void looksRightInLightAndDarkOnDesktopAndPhone() throws IOException {
    List<DashboardSamples> shops = shops();
    for (int i = 1; i <= RECORDS; i++) {
      shops.forEach(shop -> server.publish(shop.nextBinary()));
      if (i % 20 == 0) { // at the pace of the page, as a live stream is
        server.sample();
        awaitText("total-examples", "%,d".formatted(14 * i * DashboardSamples.EVERY));
      }
    }
    server.publish(event("shop-22", 31_000, "\"event\":\"warning\",\"detector\":\"ddm\""));
    server.publish(event("shop-22", 32_400, "\"event\":\"drift\",\"detector\":\"ddm\""));
    server.lag(1_234L);
    awaitRows(14);
    awaitText("summary-keys", "14");
    for (String name : List.of("all", "shop-22")) {
      openKey(name.equals("all") ? null : name);
      awaitText("key-count", "14");
      for (String scheme : List.of("light", "dark")) {
        browser.media("prefers-color-scheme", scheme);
        browser.resize(1400, 900);
        screenshot(name + "-" + scheme + "-1400");
        assertNothingWiderThanThePage();
        DashboardContrast.assertLegible(browser);
        browser.resize(390, 844);
        screenshot(name + "-" + scheme + "-390");
        assertNothingWiderThanThePage();
      }
      browser.resize(1000, 800);
      screenshot(name + "-dark-1000");
      assertNothingWiderThanThePage();
      browser.resize(1920, 1080);
      screenshot(name + "-dark-1920");
    }
  }

  @Test
  void showsARegressionAgainstTheLastValue() throws IOException {
    DashboardSamples model = new DashboardSamples("chick", 5, 0.3);
    for (int i = 0; i < RECORDS; i++) {
      server.publish(model.nextRegression());
    }
    awaitText("examples", "44,000");
    assertThat(browser.text("window-mae")).isNotEqualTo("\u2013");
    assertThat(browser.text("window-r2")).startsWith("0.");
    assertThat(browser.text("window-mae-delta")).endsWith("vs last value");
    assertThat(browser.text("compare")).contains("last value27.", "mean56.", "since start");
    assertThat(isHidden("confusion-panel")).isTrue();
    assertThat(chartTitles("charts"))
        .containsExactly("MAE", "RMSE", "R\u00b2", "Loss", "Throughput");
    screenshot("regression");
    press("all-keys");
    awaitText("summary-keys", "1");
    screenshot("regression-all");
  }

  @Test
  void showsManyClassesAsColours() throws IOException {
    List<String> letters = new ArrayList<>();
    for (char letter = 'A'; letter <= 'Z'; letter++) {
      letters.add(String.valueOf(letter));
    }
    DashboardSamples model = new DashboardSamples("dead-letters", 9, 0.5);
    for (int i = 0; i < 60; i++) {
      server.publish(model.nextClasses("multiclass", letters.toArray(new String[0])));
    }
    awaitText("examples", "12,000");
    awaitTrue("return document.querySelectorAll('#confusion tbody td').length === 26 * 26");
    screenshot("multiclass-26");
    assertNothingWiderThanThePage();
  }

  @Test
  void keysAndClassNamesAreTextHoweverTheyRead() throws IOException {
    String odd = "<img src=x onerror=document.title=1> a/b?c=d&\u00e9 #%";
    server.publish(record(odd, 200, "0.5", "0.5", "0.7").replace("\"ok\"", "\"<b>ok</b>\""));
    awaitText("key-name", odd);
    server.publish(record("", 200, "0.9", "0.9", "0.1"));
    server.publish(event(odd, 190, "\"event\":\"<i>\",\"detector\":\"<b>x</b>\""));
    awaitRows(2);
    openKey(odd);
    awaitText("window-accuracy", "0.500");
    assertThat(browser.text("confusion")).contains("<b>ok</b>");
    awaitTrue("return document.getElementById('events').textContent.includes('<i>: <b>x</b>')");

    press("all-keys");
    awaitTrue("return document.querySelectorAll('#worst tbody tr').length === 2");
    String foreign =
        "return document.querySelectorAll('.board img, .board b b, .board td b, th i')";
    assertThat(browser.script(foreign + ".length").asInt()).isZero();
    browser.script("document.querySelectorAll('#worst a')[1].click()");

    awaitText("key-name", "(empty key)");
    awaitText("window-accuracy", "0.900");
  }

  @Test
  void aLongKeyNameAndAKeyWithoutFiguresFit() throws IOException {
    String name = "region=eu-central-1/customer=" + "0123456789abcdef".repeat(30);
    server.publish(record(name, 1, "null", "null", "null"));
    awaitText("key-name", name);
    awaitText("window-loss", "\u2013");
    for (int width : new int[] {1400, 390}) {
      browser.resize(width, 844);
      screenshot("long-name-" + width);
      assertNothingWiderThanThePage();
    }
  }

  @Test
  void showsHowTheValidationLossConverges() throws IOException {
    for (int epoch = 1; epoch <= 8; epoch++) {
      double loss = 0.2 + 0.8 / epoch;
      server.publish(
          with(
              record("bounded", epoch * 100L, "0.9", "0.9", "0.3"),
              """
              "epoch":%d,"validation":{"best_epoch":%d,"best_loss":%s,"stopped":%b,\
              "window":{"accuracy":0.8125,"f1":0.7,"loss":%s},"epoch":{"accuracy":0.8,"loss":%s}}\
              """
                  .formatted(epoch, epoch - 1, loss, epoch == 8, loss, loss)));
    }
    awaitText("examples", "800");
    assertThat(chartTitles("charts")).last().isEqualTo("Validation loss");
    assertThat(browser.text("charts")).contains("held out 0.3000", "held out 0.813");
    assertThat(browser.text("validation")).contains("epoch 8", "0.813");
    assertThat(browser.text("validation-note"))
        .contains("Lowest loss 0.3000, in epoch 7", "stopped");
    screenshot("validation");
  }

  @Test
  void showsTheColumnsThatMovePredictions() throws IOException {
    String reasons = "\"importance\":{\"amount\":0.625,\"<b>x</b>\":0.25,\"odd\":[]}";
    server.publish(with(record("shop-1", 100, "0.9", "0.9", "0.3"), reasons));
    awaitText("examples", "100");
    assertThat(browser.text("importance")).contains("amount0.625", "<b>x</b>0.250");
    assertThat(browser.text("importance")).doesNotContain("odd");

    server.publish(with(record("shop-1", 200, "0.9", "0.9", "0.3"), "\"importance\":null"));
    awaitText("examples", "200");
    awaitTrue("return document.getElementById('importance-panel').hidden");
  }

  @Test
  void showsTheNetworksOfAMixtureAndModelsThatCompete() throws IOException {
    String mixed =
        "\"members\":{\"leader\":\"b\",\"weights\":{\"a\":0.25,\"b\":0.75},"
            + "\"losses\":{\"a\":0.5,\"b\":0.125}},\"labels\":{\"late\":[1,{\"x\":null}]}";
    server.publish(with(record("shop-1", 100, "0.9", "0.9", "0.3"), mixed));
    awaitText("examples", "100");
    assertThat(browser.text("members-title")).isEqualTo("Mixture");
    assertThat(browser.text("members")).contains("b (leads)0.7500.1250");

    String competing =
        "\"models\":[{\"name\":\"small\",\"role\":\"champion\",\"since\":0,\"log_loss\":0.25,"
            + "\"accuracy\":0.875},{\"name\":\"large\",\"role\":\"challenger\",\"log_loss\":0.5,"
            + "\"accuracy\":0.75,\"lead\":12,\"p_value\":0.5}],\"unheard_of\":[[]],"
            + "\"labels\":{\"pending\":3,\"matched\":1200,\"delay_ms\":{\"p50\":250000,\"max\":null}}";
    server.publish(with(record("shop-1", 200, "0.9", "0.9", "0.3"), competing));
    server.publish(
        event("shop-1", 150, "\"event\":\"champion_changed\",\"from\":\"large\",\"to\":\"small\""));
    awaitText("members-title", "Models");
    awaitText("labels-matched", "1,200");
    assertThat(browser.text("members"))
        .contains("small (champion)0.25000.875", "large0.50000.75012");
    assertThat(browser.text("labels")).contains("waiting for their label3", "p50 4 min");
    awaitText("marks-legend", "new champion");

    server.publish(with(record("shop-1", 300, "0.9", "0.9", "0.3"), "\"models\":[1,null,\"x\"]"));
    awaitText("examples", "300");
    awaitTrue("return document.getElementById('members-panel').hidden");
  }
}
