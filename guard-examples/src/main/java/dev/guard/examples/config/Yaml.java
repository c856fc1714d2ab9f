package dev.guard.examples.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One YAML document as a tree that knows its lines. Anchors, aliases, tags, duplicate keys, a
 * second document and deep nesting are refused: a configuration needs none of them, and each has
 * been a trap.
 */
final class Yaml {
  static final int MAX_BYTES = 1024 * 1024;
  private static final int MAX_DEPTH = 12;

  private final String file;

  private Yaml(String file) {
    this.file = file;
  }

  /** A piece of the document. */
  sealed interface Node permits Scalar, Sequence, Mapping {
    int line();
  }

  /** A text, a number, a truth value, or nothing. */
  record Scalar(int line, Kind kind, String text) implements Node {
    enum Kind {
      TEXT,
      WHOLE,
      FRACTION,
      TRUTH,
      NOTHING
    }
  }

  /** A list. */
  record Sequence(int line, List<Node> items) implements Node {}

  /** Keys and values, in the file's order. */
  record Mapping(int line, Map<String, Entry> entries) implements Node {}

  /** A value and the line of its key. */
  record Entry(int line, Node value) {}

  /** Reads exactly one document. */
  static Node read(byte[] bytes, String file) {
    if (bytes.length > MAX_BYTES) {
      throw new ConfigException(
          file + " is larger than 1 MiB, which no configuration needs. Check the path.");
    }
    Yaml yaml = new Yaml(file);
    try (YAMLParser parser = new YAMLFactory().createParser(bytes)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new ConfigException(
            file + " is empty. Write at least name, registry, clusters and policy.");
      }
      Node root = yaml.node(parser, first, 0);
      if (parser.nextToken() != null) {
        throw yaml.fault(line(parser), "a second document begins here; keep one document per file");
      }
      return root;
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw yaml.fault(line, "this is not readable as YAML; check quotes, colons and indentation");
    } catch (IOException e) {
      throw yaml.fault(0, "this is not readable as UTF-8 text; save it as UTF-8");
    }
  }

  private Node node(YAMLParser parser, JsonToken token, int depth) throws IOException {
    int line = line(parser);
    if (depth > MAX_DEPTH) {
      throw fault(line, "this is nested deeper than " + MAX_DEPTH + " levels; flatten it");
    }
    plain(parser, line);
    switch (token) {
      case START_OBJECT:
        return mapping(parser, line, depth);
      case START_ARRAY:
        List<Node> items = new ArrayList<>();
        for (JsonToken next = next(parser, line);
            next != JsonToken.END_ARRAY;
            next = next(parser, line)) {
          items.add(node(parser, next, depth + 1));
        }
        return new Sequence(line, List.copyOf(items));
      case VALUE_STRING:
        return new Scalar(line, Scalar.Kind.TEXT, parser.getText());
      case VALUE_NUMBER_INT:
        return new Scalar(line, Scalar.Kind.WHOLE, parser.getText());
      case VALUE_NUMBER_FLOAT:
        return new Scalar(line, Scalar.Kind.FRACTION, parser.getText());
      case VALUE_TRUE:
      case VALUE_FALSE:
        return new Scalar(line, Scalar.Kind.TRUTH, parser.getText());
      case VALUE_NULL:
        return new Scalar(line, Scalar.Kind.NOTHING, "");
      default:
        throw fault(line, "this is not readable as YAML; check quotes, colons and indentation");
    }
  }

  private Mapping mapping(YAMLParser parser, int line, int depth) throws IOException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (JsonToken next = next(parser, line);
        next != JsonToken.END_OBJECT;
        next = next(parser, line)) {
      int keyLine = line(parser);
      plain(parser, keyLine);
      String key = parser.currentName();
      Node value = node(parser, next(parser, keyLine), depth + 1);
      if (entries.putIfAbsent(key, new Entry(keyLine, value)) != null) {
        throw fault(keyLine, "the key '" + shown(key) + "' stands here a second time; keep one");
      }
    }
    return new Mapping(line, entries);
  }

  private JsonToken next(YAMLParser parser, int line) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw fault(line, "this is not closed; check brackets and indentation");
    }
    return token;
  }

  private void plain(YAMLParser parser, int line) throws IOException {
    if (parser.isCurrentAlias()) {
      throw fault(line, "aliases (*name) are not read; write the value out");
    }
    if (parser.getObjectId() != null) {
      throw fault(line, "anchors (&name) are not read; write the value out");
    }
    if (parser.getTypeId() != null) {
      throw fault(line, "tags (!name) are not read; write a plain value");
    }
  }

  private static int line(YAMLParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }

  private ConfigException fault(int line, String what) {
    return new ConfigException(at(file, line) + ": " + what + ".");
  }

  static String at(String file, int line) {
    return line > 0 ? file + " line " + line : file;
  }

  /** A value for a message: short, and without control characters. */
  static String shown(@Nullable String value) {
    String text = value == null ? "" : value;
    String cut = text.length() <= 60 ? text : text.substring(0, 60) + "…";
    return cut.replaceAll("\\p{C}", "?");
  }
}
