package dev.millrace.config.yaml;

import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Reads YAML text into nodes with line numbers, including anchors, aliases and merge keys. Tags
 * create no objects: the text is composed, never constructed.
 */
public final class YamlReader {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_ALIASES = 50;
  private static final int MAX_NODES = 100_000;
  private static final int MAX_CHARACTERS = 1 << 20;
  private static final String MERGE = "<<";
  private static final String NO_TYPES =
      "a type (!). Only maps, lists and plain values are supported; quote text that begins with !";

  /** Tags of values that have no explicit tag. */
  private static final Set<Tag> PLAIN =
      Set.of(
          Tag.NULL,
          Tag.BOOL,
          Tag.INT,
          Tag.FLOAT,
          Tag.STR,
          Tag.TIMESTAMP,
          Tag.SEQ,
          Tag.MAP,
          Tag.MERGE);

  private final ConfigErrors errors;

  /** Each node is read once, even if it has many aliases; null while it is being read. */
  private final IdentityHashMap<org.yaml.snakeyaml.nodes.Node, YamlNode> read =
      new IdentityHashMap<>();

  /** Number of nodes below each node, with aliases expanded: a few lines can mean billions. */
  private final IdentityHashMap<YamlNode, Long> sizes = new IdentityHashMap<>();

  private YamlReader(ConfigErrors errors) {
    this.errors = errors;
  }

  /**
   * Returns the one document of a text, an empty value if it is empty or not YAML. Invalid YAML and
   * duplicate keys are added to the errors.
   */
  public static YamlNode read(String yaml, ConfigErrors errors) {
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setMaxAliasesForCollections(MAX_ALIASES);
    options.setCodePointLimit(MAX_CHARACTERS);
    try {
      org.yaml.snakeyaml.nodes.Node root = new Yaml(options).compose(new StringReader(yaml));
      return root == null ? Scalar.empty(1) : new YamlReader(errors).node(root);
    } catch (NotYaml e) {
      errors.add(e.line, "not valid YAML: " + e.getMessage());
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      errors.add(line, "not valid YAML: " + inOneLine(e));
    } catch (ReaderException e) {
      int before = Math.min(e.getPosition(), yaml.length());
      int line = 1 + (int) yaml.substring(0, before).chars().filter(c -> c == '\n').count();
      errors.add(line, "not valid YAML: a character that YAML does not allow");
    } catch (YAMLException e) {
      errors.add(
          1,
          "not read: nested deeper than %d, more than %d aliases or %,d characters"
              .formatted(MAX_DEPTH, MAX_ALIASES, MAX_CHARACTERS));
    }
    return Scalar.empty(1);
  }

  /** Returns the bare problem in one line: whole messages quote the file, including secrets. */
  private static String inOneLine(MarkedYAMLException e) {
    String problem = e.getProblem() == null ? "not understood" : e.getProblem();
    if (problem.contains("TAB")) {
      return "a tab. Indent with spaces";
    }
    if (problem.contains("undefined alias")) {
      // Unnamed: a password in clear text that begins with * looks like an alias.
      return "an alias without its anchor above. Quote text that begins with *";
    }
    if (problem.contains(" tag ")) {
      return NO_TYPES;
    }
    if (problem.contains("another document")) {
      return "a second document starts here, but a pipeline file has one";
    }
    String context = e.getContext() == null ? "" : e.getContext() + ", ";
    return (context + problem).replaceAll("\\s+", " ");
  }

  private YamlNode node(org.yaml.snakeyaml.nodes.Node source) {
    if (read.containsKey(source)) {
      YamlNode known = read.get(source);
      if (known == null) {
        throw new NotYaml(line(source), "an alias inside its own anchor");
      }
      return known;
    }
    read.put(source, null);
    requireNoType(source);
    YamlNode node;
    if (source instanceof MappingNode mapping) {
      node = mapping(mapping);
    } else if (source instanceof SequenceNode sequence) {
      List<YamlNode> items = new ArrayList<>();
      sequence.getValue().forEach(item -> items.add(node(item)));
      node = new Sequence(items, line(source));
    } else {
      boolean empty = source.getTag().equals(Tag.NULL);
      node = new Scalar(empty ? null : ((ScalarNode) source).getValue(), line(source));
    }
    read.put(source, node);
    countNodes(node);
    return node;
  }

  /** Rejects explicit types: text of one type is not read as another without an error. */
  private static void requireNoType(org.yaml.snakeyaml.nodes.Node source) {
    if (!PLAIN.contains(source.getTag())) {
      throw new NotYaml(line(source), NO_TYPES);
    }
  }

  private void countNodes(YamlNode node) {
    Stream<YamlNode> inside =
        node instanceof Mapping mapping
            ? mapping.entries().values().stream().map(Entry::value)
            : node instanceof Sequence sequence ? sequence.items().stream() : Stream.empty();
    long size = 1 + inside.mapToLong(sizes::get).sum();
    if (size > MAX_NODES) {
      throw new NotYaml(node.line(), "more than %,d values, aliases followed".formatted(MAX_NODES));
    }
    sizes.put(node, size);
  }

  private YamlNode mapping(MappingNode source) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : source.getValue()) {
      int line = line(tuple.getKeyNode());
      if (!(tuple.getKeyNode() instanceof ScalarNode scalar)) {
        throw new NotYaml(line, "a key must be text, but this is a list or a map");
      }
      String key = scalar.getValue();
      Entry first = entries.putIfAbsent(key, new Entry(line, node(tuple.getValueNode())));
      if (first != null) {
        errors.add(
            line, key + " is given twice, first in line " + first.line() + ". Remove one of them");
      }
    }
    Entry merged = entries.remove(MERGE);
    if (merged != null) {
      merge(merged.value(), entries);
    }
    return new Mapping(entries, line(source));
  }

  /** Merges a map: own keys override merged ones, and earlier maps override later ones. */
  private static void merge(YamlNode source, Map<String, Entry> target) {
    if (source instanceof Mapping mapping) {
      mapping.entries().forEach(target::putIfAbsent);
    } else if (source instanceof Sequence sequence) {
      sequence.items().forEach(item -> merge(item, target));
    } else {
      throw new NotYaml(source.line(), "<< needs a map, such as an alias of one");
    }
  }

  private static int line(org.yaml.snakeyaml.nodes.Node source) {
    return source.getStartMark().getLine() + 1;
  }

  private static final class NotYaml extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int line;

    NotYaml(int line, String message) {
      super(message);
      this.line = line;
    }
  }
}
