package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.LiveView;
import dev.millrace.cli.console.Terminal;
import java.util.List;

/** Shows the newest summary record. */
final class LiveSummary implements LiveView {
  private List<String> newest = List.of("No record yet.");

  @Override
  public void accept(JsonNode record) {
    newest = SummaryLines.of(record);
  }

  @Override
  public List<String> lines(Terminal.Size size) {
    return newest.subList(0, Math.min(newest.size(), size.lines()));
  }
}
