package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A fenced block of a page.
 *
 * @param line of the page that its first line is, from 1
 * @param language what stands behind the fence, may be empty
 */
record PageBlock(Path page, int line, String language, List<String> lines) {
  private static final Pattern FENCE = Pattern.compile("\\s*```(\\S*)\\s*");
  private static final Pattern FILE = Pattern.compile("# ([\\w-]+\\.\\w+)\\b.*");

  /** The pages that tell what to type. */
  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String place : List.of("docs", "examples", "deploy")) {
      try (Stream<Path> files = Files.walk(Path.of(place))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    pages.addAll(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md"), Path.of("SECURITY.md")));
    return pages;
  }

  static List<PageBlock> of(Path page) throws IOException {
    List<PageBlock> blocks = new ArrayList<>();
    List<String> lines = Files.readAllLines(page);
    PageBlock open = null;
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (!fence.matches()) {
        if (open != null) {
          open.lines.add(lines.get(i));
        }
      } else if (open == null) {
        open = new PageBlock(page, i + 2, fence.group(1), new ArrayList<>());
      } else {
        blocks.add(open);
        open = null;
      }
    }
    return blocks;
  }

  boolean isShell() {
    return List.of("bash", "sh", "console", "shell").contains(language);
  }

  /** The name of the file that this is, said in its first line, or null. */
  String file() {
    Matcher name = FILE.matcher(language.equals("yaml") ? lines.get(0) : "");
    return name.matches() ? name.group(1) : null;
  }

  String text() {
    return String.join("\n", lines) + "\n";
  }

  /**
   * What is typed: every line of a shell block, in a console block those behind a prompt, without
   * comments. A line that ends in a backslash goes on in the next.
   */
  List<DocumentedCommand> commands() {
    List<DocumentedCommand> commands = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (language.equals("console")) {
        if (!line.startsWith("$ ")) {
          continue;
        }
        line = line.substring(2);
      }
      int first = this.line + i;
      while (line.endsWith("\\")) {
        line = line.substring(0, line.length() - 1) + lines.get(++i).strip();
      }
      String command = line.replaceAll("(^|\\s+)#\\s.*", "").strip();
      if (!command.isEmpty()) {
        commands.add(new DocumentedCommand(page, first, command));
      }
    }
    return commands;
  }
}
