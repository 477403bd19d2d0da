package dev.millrace.cli.serve;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The requests that the prediction server answers. */
enum ServeEndpoint {
  PREDICT("POST", "/v1/predict"),
  MODELS("GET", "/v1/models"),
  SUMMARY("GET", "/v1/summary"),
  HEALTHZ("GET", "/healthz"),
  METRICS("GET", "/metrics"),
  OPENAPI("GET", "/openapi.yaml"),
  /** Any other path, which is answered with 404. */
  OTHER("", "");

  private final String method;
  private final String path;

  ServeEndpoint(String method, String path) {
    this.method = method;
    this.path = path;
  }

  /** Returns the HTTP method that is answered, "" for any. */
  String method() {
    return method;
  }

  String path() {
    return path;
  }

  /** Returns the name in metrics. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the endpoint of a path, {@link #OTHER} if there is none. */
  static ServeEndpoint of(String path) {
    for (ServeEndpoint endpoint : values()) {
      if (endpoint.path.equals(path)) {
        return endpoint;
      }
    }
    return OTHER;
  }

  /** Returns all requests as a text for error messages. */
  static String list() {
    return Arrays.stream(values())
        .filter(endpoint -> endpoint != OTHER)
        .map(endpoint -> endpoint.method + " " + endpoint.path)
        .collect(Collectors.joining(", "));
  }
}
