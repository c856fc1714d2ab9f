package dev.guard.testkit.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What goes out: a status, headers and a body, held or written as it goes. Immutable.
 *
 * <pre>{@code
 * Response.json(404, "{\"errors\":[]}").with("Retry-After", "1");
 * }</pre>
 */
public final class Response {
  /** Writes a body while it is sent, so that nobody holds it whole. */
  public interface Body {
    /**
     * Writes it.
     *
     * @param out where to
     * @throws IOException if the other side went away
     */
    void writeTo(OutputStream out) throws IOException;
  }

  private final int status;
  private final SortedMap<String, String> headers;
  private final Body body;
  private final long length;

  private Response(int status, SortedMap<String, String> headers, Body body, long length) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.length = length;
  }

  /**
   * An answer without a body.
   *
   * @param status its status
   * @return the answer
   */
  public static Response of(int status) {
    return new Response(status, new TreeMap<>(String.CASE_INSENSITIVE_ORDER), out -> {}, 0);
  }

  /**
   * An answer of bytes.
   *
   * @param status its status
   * @param type its content type
   * @param bytes its body, sent as it is
   * @return the answer
   */
  public static Response bytes(int status, String type, byte[] bytes) {
    byte[] copy = bytes.clone();
    return new Response(status, typed(type), out -> out.write(copy), copy.length);
  }

  /**
   * An answer of text, in UTF-8.
   *
   * @param status its status
   * @param type its content type
   * @param text its body
   * @return the answer
   */
  public static Response text(int status, String type, String text) {
    return bytes(status, type, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * An answer of JSON.
   *
   * @param status its status
   * @param json its body
   * @return the answer
   */
  public static Response json(int status, String json) {
    return text(status, "application/json; charset=utf-8", json);
  }

  /**
   * An answer whose body is written while it is sent, in chunks.
   *
   * @param status its status
   * @param type its content type
   * @param body writes the body; called once for each time the answer is sent
   * @return the answer
   */
  public static Response stream(int status, String type, Body body) {
    return new Response(status, typed(type), Objects.requireNonNull(body, "body"), -1);
  }

  private static SortedMap<String, String> typed(String type) {
    SortedMap<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.put("Content-Type", type);
    return headers;
  }

  /**
   * The same answer with a header set.
   *
   * @param name its name
   * @param value its value, instead of any there is
   * @return the answer
   */
  public Response with(String name, String value) {
    SortedMap<String, String> more = new TreeMap<>(headers);
    more.put(name, value);
    return new Response(status, more, body, length);
  }

  /**
   * The same answer without a header.
   *
   * @param name its name, in any case
   * @return the answer
   */
  public Response without(String name) {
    SortedMap<String, String> less = new TreeMap<>(headers);
    less.remove(name);
    return new Response(status, less, body, length);
  }

  /**
   * The same answer with another body.
   *
   * @param bytes the body
   * @return the answer
   */
  public Response withBody(byte[] bytes) {
    byte[] copy = bytes.clone();
    return new Response(status, headers, out -> out.write(copy), copy.length);
  }

  /**
   * The status.
   *
   * @return the status
   */
  public int status() {
    return status;
  }

  /**
   * A header.
   *
   * @param name its name, in any case
   * @return its value, or empty if it is absent
   */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /**
   * The body, written out whole.
   *
   * @return a copy
   */
  public byte[] body() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      body.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("a body in memory could not be written", e);
    }
    return out.toByteArray();
  }

  /**
   * The body read as UTF-8.
   *
   * @return the text
   */
  public String text() {
    return new String(body(), StandardCharsets.UTF_8);
  }

  SortedMap<String, String> headers() {
    return headers;
  }

  /** The length in bytes, or -1 if it is only known when written. */
  long length() {
    return length;
  }

  void writeTo(OutputStream out) throws IOException {
    body.writeTo(out);
  }

  @Override
  public String toString() {
    return "Response " + status + " " + headers;
  }
}
