package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line that a page tells to type. */
record DocumentedCommand(Path page, int line, String text) {
  private static final Pattern MILLRACE = Pattern.compile("\\./millrace(?![\\w.-])([^|&)>;]*)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  /** All commands in the shell blocks of all pages. */
  static List<DocumentedCommand> all() throws IOException {
    List<DocumentedCommand> commands = new ArrayList<>();
    for (Path page : PageBlock.pages()) {
      for (PageBlock block : PageBlock.of(page)) {
        if (block.isShell()) {
          commands.addAll(block.commands());
        }
      }
    }
    return commands;
  }

  boolean isMillrace() {
    return MILLRACE.matcher(text).find();
  }

  /** Whether it stays while the next ones are typed. */
  boolean isInBackground() {
    return text.endsWith("&");
  }

  /** What follows {@code ./millrace}, word by word. */
  List<String> words() {
    Matcher command = MILLRACE.matcher(text);
    List<String> words = new ArrayList<>();
    if (command.find()) {
      Matcher word = WORD.matcher(command.group(1));
      while (word.find()) {
        words.add(word.group().replaceAll("^[\"']|[\"']$", ""));
      }
    }
    return words;
  }

  @Override
  public String toString() {
    return page + ":" + line + ": " + text;
  }
}
