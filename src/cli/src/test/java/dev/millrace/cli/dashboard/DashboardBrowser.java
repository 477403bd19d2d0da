package dev.millrace.cli.dashboard;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Ports;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A headless Chromium of its own profile, driven over the WebDriver protocol (W3C). */
final class DashboardBrowser implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  // Of the browser's own start page; they reach no network.
  private static final Set<String> INTERNAL = Set.of("data", "chrome", "about", "chrome-untrusted");
  private static final Map<String, Integer> VIRTUAL_KEYS =
      Map.of(
          "Tab",
          9,
          "Enter",
          13,
          "Escape",
          27,
          "End",
          35,
          "Home",
          36,
          "ArrowLeft",
          37,
          "ArrowUp",
          38,
          "ArrowRight",
          39,
          "ArrowDown",
          40);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process driver;
  private final URI address;
  private final String session;

  static boolean isInstalled() {
    return Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER);
  }

  /** Starts the browser; its profile and log go to {@code directory}. */
  DashboardBrowser(Path directory) throws IOException {
    int port = Ports.free();
    address = URI.create("http://127.0.0.1:" + port);
    driver =
        new ProcessBuilder(DRIVER.toString(), "--port=" + port)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("chromedriver.log").toFile())
            .start();
    await().atMost(Patience.MAX).ignoreExceptions().until(this::isReady);
    session = "/session/" + newSession(directory).path("sessionId").asText();
  }

  private boolean isReady() throws IOException {
    return call("GET", "/status", null).path("ready").asBoolean();
  }

  private JsonNode newSession(Path directory) throws IOException {
    ObjectNode body = MAPPER.createObjectNode();
    ObjectNode always = body.putObject("capabilities").putObject("alwaysMatch");
    always.put("browserName", "chrome");
    always.putObject("goog:loggingPrefs").put("browser", "ALL").put("performance", "ALL");
    ObjectNode options = always.putObject("goog:chromeOptions");
    options.put("binary", CHROMIUM.toString());
    ArrayNode arguments = options.putArray("args");
    arguments.add("--headless=new").add("--no-sandbox").add("--disable-gpu").add("--disable-quic");
    arguments.add("--no-first-run").add("--disable-background-networking");
    arguments.add("--disable-component-update").add("--disable-sync");
    arguments.add("--disable-dev-shm-usage").add("--hide-scrollbars");
    arguments.add("--user-data-dir=" + directory.resolve("profile"));
    return call("POST", "/session", body);
  }

  void open(URI page) throws IOException {
    call("POST", session + "/url", MAPPER.createObjectNode().put("url", page.toString()));
  }

  /** Size of the page's viewport in CSS pixels, whatever smallest window the browser allows. */
  void resize(int width, int height) throws IOException {
    ObjectNode size = MAPPER.createObjectNode().put("width", width).put("height", height);
    size.put("deviceScaleFactor", 1).put("mobile", width < 600);
    devTools("Emulation.setDeviceMetricsOverride", size);
  }

  /** What the person's system says, such as {@code prefers-color-scheme} {@code dark}. */
  void media(String feature, String value) throws IOException {
    ObjectNode media = MAPPER.createObjectNode();
    media.putArray("features").addObject().put("name", feature).put("value", value);
    devTools("Emulation.setEmulatedMedia", media);
  }

  /** Presses a key as a keyboard does: a letter, or a name such as {@code ArrowDown}. */
  void press(String key) throws IOException {
    ObjectNode event = MAPPER.createObjectNode().put("type", "keyDown").put("key", key);
    if (key.length() == 1) {
      event.put("text", key);
    } else {
      event.put("code", key).put("windowsVirtualKeyCode", VIRTUAL_KEYS.get(key));
      if (key.equals("Enter")) {
        event.put("text", "\r");
      }
    }
    devTools("Input.dispatchKeyEvent", event);
    devTools("Input.dispatchKeyEvent", event.put("type", "keyUp"));
  }

  private JsonNode devTools(String command, ObjectNode parameters) throws IOException {
    ObjectNode body = MAPPER.createObjectNode().put("cmd", command);
    body.set("params", parameters);
    return call("POST", session + "/goog/cdp/execute", body);
  }

  /** Text of the element with an id, "" when the page has none. */
  String text(String id) throws IOException {
    return script("return document.getElementById('" + id + "')?.textContent ?? ''").asText();
  }

  JsonNode script(String javaScript) throws IOException {
    ObjectNode body = MAPPER.createObjectNode().put("script", javaScript);
    body.putArray("args");
    return call("POST", session + "/execute/sync", body);
  }

  /** Saves a picture of the viewport. */
  void screenshot(Path file) throws IOException {
    ObjectNode parameters = MAPPER.createObjectNode().put("format", "png");
    JsonNode picture = devTools("Page.captureScreenshot", parameters);
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(picture.path("data").asText()));
  }

  /** Messages of the console at a level such as {@code SEVERE} since the last call. */
  List<String> consoleMessages(String level) throws IOException {
    List<String> messages = new ArrayList<>();
    for (JsonNode entry : log("browser")) {
      if (entry.path("level").asText().equals(level)) {
        messages.add(entry.path("message").asText());
      }
    }
    return messages;
  }

  /** Addresses over a network that the browser has requested since the last call. */
  List<URI> requests() throws IOException {
    List<URI> requests = new ArrayList<>();
    for (JsonNode entry : log("performance")) {
      JsonNode message = MAPPER.readTree(entry.path("message").asText()).path("message");
      if (message.path("method").asText().equals("Network.requestWillBeSent")) {
        URI uri = URI.create(message.at("/params/request/url").asText());
        if (!INTERNAL.contains(uri.getScheme())) {
          requests.add(uri);
        }
      }
    }
    return requests;
  }

  private JsonNode log(String type) throws IOException {
    return call("POST", session + "/se/log", MAPPER.createObjectNode().put("type", type));
  }

  private JsonNode call(String method, String path, ObjectNode body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve(path))
            .timeout(Patience.MAX)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(method + " " + path + ": " + answer.body());
      }
      return MAPPER.readTree(answer.body()).path("value");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      call("DELETE", session, null);
    } finally {
      driver.destroy();
      await().atMost(Patience.MAX).until(() -> !driver.isAlive());
    }
  }
}
