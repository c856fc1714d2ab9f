package dev.guard.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.erdtman.jcs.JsonCanonicalizer;
import org.jspecify.annotations.Nullable;

/**
 * Not API. JSON behind one class: reading is bounded in depth and size and refuses duplicate keys
 * and trailing text; canonical bytes follow RFC 8785.
 */
public final class Json {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_TEXT = 16 * 1024 * 1024;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(MAX_TEXT)
                          .maxNumberLength(100)
                          .maxNameLength(50_000)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /**
   * Reads one JSON value.
   *
   * @param bytes UTF-8
   * @return the tree
   * @throws IOException if it is not exactly one JSON value within the bounds; the message quotes
   *     none of the text
   */
  public static JsonNode read(byte[] bytes) throws IOException {
    return read(() -> MAPPER.readTree(bytes));
  }

  /**
   * Reads one JSON value.
   *
   * @param text the text
   * @return the tree
   * @throws IOException if it is not exactly one JSON value within the bounds
   */
  public static JsonNode read(String text) throws IOException {
    return read(() -> MAPPER.readTree(text));
  }

  /** Something that reads. */
  private interface Reading {
    @Nullable JsonNode tree() throws IOException;
  }

  private static JsonNode read(Reading reading) throws IOException {
    try {
      JsonNode tree = reading.tree();
      if (tree == null || tree.isMissingNode()) {
        throw new IOException("empty, where JSON was expected");
      }
      return tree;
    } catch (JsonProcessingException e) {
      throw new IOException("not readable as JSON: " + where(e));
    }
  }

  /**
   * An empty object.
   *
   * @return a new node
   */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * An empty array.
   *
   * @return a new node
   */
  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /**
   * The RFC 8785 bytes of a tree. Numbers beyond 2^53 must be written as strings by the caller.
   *
   * @param tree the tree
   * @return canonical UTF-8
   */
  public static byte[] canonical(JsonNode tree) {
    try {
      return new JsonCanonicalizer(MAPPER.writeValueAsString(tree)).getEncodedUTF8();
    } catch (IOException e) {
      throw new IllegalStateException(
          "A tree of our own could not be written as canonical JSON.", e);
    }
  }

  /**
   * A tree as one line.
   *
   * @param tree the tree
   * @return JSON
   */
  public static String line(JsonNode tree) {
    try {
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of our own could not be written as JSON.", e);
    }
  }

  /**
   * A tree for people.
   *
   * @param tree the tree
   * @return indented JSON
   */
  public static String pretty(JsonNode tree) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of our own could not be written as JSON.", e);
    }
  }

  /**
   * A whole number that is not negative.
   *
   * @param node what stands there
   * @return the number
   * @throws IOException if it is none
   */
  public static long natural(JsonNode node) throws IOException {
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.asLong() < 0) {
      throw new IOException("a number that is none");
    }
    return node.asLong();
  }

  private static String where(JsonProcessingException e) {
    return e.getLocation() == null
        ? "it breaks off or is malformed"
        : "line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
  }
}
