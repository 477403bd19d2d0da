package dev.millrace.cli.dashboard;

import java.nio.charset.StandardCharsets;

/** An answer of the dashboard to a request. */
record DashboardReply(int status, String contentType, byte[] body) {
  private static final String PLAIN = "text/plain; charset=utf-8";

  static DashboardReply json(String json) {
    return new DashboardReply(200, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  /** One line that says what is wrong. */
  static DashboardReply error(int status, String text) {
    return new DashboardReply(status, PLAIN, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
