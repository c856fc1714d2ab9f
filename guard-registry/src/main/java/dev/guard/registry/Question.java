package dev.guard.registry;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One read of a registry: what is asked, for which repository (empty for the registry itself), with
 * which right, and how much of the answer is wanted. Changes nothing and so may be repeated.
 */
record Question(
    String method,
    URI uri,
    String repository,
    String scope,
    Map<String, String> headers,
    Wire.Limit limit) {
  private static final int MAX_LIST = 32 * 1024 * 1024;
  private static final int MAX_CONTENT = 4 * 1024 * 1024;
  private static final int MAX_WORDS = 64 * 1024;

  Question {
    headers = Map.copyOf(headers);
  }

  /** Asks for a list. */
  static Question list(URI uri, String repository, String scope) {
    return new Question("GET", uri, repository, scope, Map.of(), Wire.Limit.atMost(MAX_LIST));
  }

  /** Asks for content of a repository. */
  static Question content(URI uri, String repository, String scope) {
    return new Question("GET", uri, repository, scope, Map.of(), Wire.Limit.atMost(MAX_CONTENT));
  }

  /** The same, asking for nothing but the headers. */
  Question headersOnly() {
    return new Question("HEAD", uri, repository, scope, headers, Wire.Limit.atMost(MAX_WORDS));
  }

  /** The same, asking for nothing but the first byte; a server that sends more is cut short. */
  Question firstByte() {
    return new Question(
        method,
        uri,
        repository,
        scope,
        Map.of("Range", "bytes=0-0"),
        Wire.Limit.firstOf(MAX_WORDS));
  }

  Question accepting(String types) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put("Accept", types);
    return new Question(method, uri, repository, scope, more, limit);
  }

  /** The same of another page. */
  Question at(URI page) {
    return new Question(method, page, repository, scope, headers, limit);
  }
}
