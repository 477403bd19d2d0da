package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

/** Every command that a page tells to type exists, finds its files, and is run by a test. */
class DocumentedCommandsTest {
  private static final Pattern FILE =
      Pattern.compile("[\\w./-]+\\.(yaml|csv|csv\\.gz|avsc|onnx|millrace|json)");
  private static final Pattern MADE =
      Pattern.compile("(?:> |--name |--output |-o )([\\w./-]+)|--input ([\\w./-]+)");
  private static final Pattern OPTION = Pattern.compile(" -(P|D)([\\w.-]+)(?:=(\\S+))?");
  private static final Pattern PATH = Pattern.compile("(?:\\.ci|bench)/[\\w.-]+");

  /** Options of Maven's plugins that stand in no pom. */
  private static final Set<String> OF_PLUGINS =
      Set.of("test", "it.test", "skipTests", "maven.test.skip", "mdep.outputFile");

  @Test
  void everyCommandOfMillraceIsUnderstood() throws IOException {
    List<String> wrong = new ArrayList<>();
    int commands = 0;
    for (DocumentedCommand command : DocumentedCommand.all()) {
      if (command.isMillrace()) {
        commands++;
        parse(command, wrong);
      }
    }

    assertThat(wrong).isEmpty();
    assertThat(commands).isGreaterThan(50);
  }

  /** What is shown and not typed anew, such as the errors of a file. */
  @Test
  void everyTranscriptShowsACommandThatIsUnderstood() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Path page : PageBlock.pages()) {
      for (PageBlock block : PageBlock.of(page)) {
        for (int i = 0; !block.isShell() && i < block.lines().size(); i++) {
          String line = block.lines().get(i);
          DocumentedCommand command =
              new DocumentedCommand(page, block.line() + i, line.replaceFirst("^\\$ ", ""));
          if (line.startsWith("./") || line.startsWith("mvn ")) {
            wrong.add(command + ": mark the block as sh, or it is no command");
          } else if (line.startsWith("$ ./millrace ")) {
            parse(command, wrong);
          }
        }
      }
    }

    assertThat(wrong).isEmpty();
  }

  @Test
  void everyFileIsInTheRepositoryOrMadeAboveOnThePage() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Path page : PageBlock.pages()) {
      Set<String> made = new HashSet<>();
      if (Files.readString(page).contains("README.md#send-your-own-data")) {
        made.add("storms.yaml");
      }
      for (PageBlock block : PageBlock.of(page)) {
        if (block.file() != null) {
          made.add(block.file());
        }
        for (DocumentedCommand command :
            block.isShell() ? block.commands() : List.<DocumentedCommand>of()) {
          made.addAll(madeBy(command));
          for (String word : command.words()) {
            if (FILE.matcher(word).matches()
                && !made.contains(word)
                && !Files.exists(Path.of(word))) {
              missing.add(command + ": nothing makes " + word);
            }
          }
        }
      }
    }

    assertThat(missing)
        .as(
            "let an earlier command write it, show it as a yaml block that begins with \"# FILE\","
                + " or name a file of the repository")
        .isEmpty();
  }

  @Test
  void everyCommandHasATestOrAReason() throws IOException {
    List<DocumentedCommand> all = DocumentedCommand.all();
    for (CommandElsewhere row : CommandElsewhere.ALL) {
      assertThat(all)
          .as("no page has a command like %s any more: take it out of CommandElsewhere", row)
          .anyMatch(command -> row.command().matcher(command.text()).matches());
      if (row.test() != null) {
        assertThat(source(row.test()).contains(row.how())).as("%s does not name it", row).isTrue();
      }
    }
    assertThat(all)
        .filteredOn(command -> CommandElsewhere.of(command).isEmpty())
        .as(
            "DocumentedCommandsITCase runs ./millrace and what is everywhere. For another program,"
                + " write a test that runs it, and name the test, or why there is none, in"
                + " CommandElsewhere")
        .allMatch(command -> command.text().matches(CommandElsewhere.EVERYWHERE));
  }

  @Test
  void findsWrongOptionsAndProgramsWithoutATest() {
    Path page = Path.of("docs", "page.md");
    List<String> wrong = new ArrayList<>();

    parse(new DocumentedCommand(page, 7, "./millrace validate --confg a.yaml"), wrong);
    DocumentedCommand unknown = new DocumentedCommand(page, 8, "helm install millrace");

    assertThat(wrong).singleElement().asString().startsWith("docs/page.md:7: ./millrace validate");
    assertThat(CommandElsewhere.of(unknown)).isEmpty();
    assertThat(unknown.text()).doesNotMatch(CommandElsewhere.EVERYWHERE);
  }

  @Test
  void profilesAndPropertiesOfMavenExist() throws IOException {
    String pom =
        Files.readString(Path.of("pom.xml")) + Files.readString(Path.of("src/flink/pom.xml"));
    String sources = source("");
    List<String> wrong = new ArrayList<>();
    for (DocumentedCommand command : DocumentedCommand.all()) {
      if (!command.text().startsWith("mvn ")) {
        continue;
      }
      for (MatchResult option : OPTION.matcher(command.text()).results().toList()) {
        String name = option.group(2);
        boolean known =
            option.group(1).equals("P")
                ? pom.contains("<id>" + name + "</id>")
                : OF_PLUGINS.contains(name)
                    || pom.contains("<" + name + ">")
                    || sources.contains("\"" + name + "\"");
        boolean isTest = name.equals("test") || name.equals("it.test");
        if (!known || (isTest && !sources.contains("class " + option.group(3) + " "))) {
          wrong.add(command + ": there is no " + option.group().strip());
        }
      }
    }

    assertThat(wrong).isEmpty();
  }

  @Test
  void scriptsExist() throws IOException {
    for (DocumentedCommand command : DocumentedCommand.all()) {
      Matcher path = PATH.matcher(command.text());
      if (path.lookingAt()) {
        assertThat(Path.of(path.group())).as(command.toString()).isExecutable();
      }
    }
  }

  private static void parse(DocumentedCommand command, List<String> wrong) {
    try {
      Millrace.commandLine().parseArgs(command.words().toArray(String[]::new));
    } catch (ParameterException e) {
      wrong.add(command + ": " + e.getMessage());
    }
  }

  /** What it writes, or what a file is called that init drafts from its input. */
  private static Set<String> madeBy(DocumentedCommand command) {
    Set<String> made = new HashSet<>();
    for (MatchResult file : MADE.matcher(command.text()).results().toList()) {
      if (file.group(1) != null) {
        made.add(file.group(1));
        made.add(file.group(1) + ".yaml");
      } else if (command.text().contains("./millrace init ")) {
        made.add(Path.of(file.group(2)).getFileName().toString().replaceFirst("\\..*", ".yaml"));
      }
    }
    if (command.words().contains("export")) {
      made.add(command.words().get(2) + ".millrace");
    }
    return made;
  }

  /** The source of a test, or of all of them. */
  private static String source(String test) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(Path.of("src"))) {
      files = all.filter(file -> file.toString().endsWith(test + ".java")).toList();
    }
    assertThat(files).as("there is no test " + test).isNotEmpty();
    StringBuilder source = new StringBuilder();
    for (Path file : files) {
      source.append(Files.readString(file));
    }
    return source.toString();
  }
}
