package dev.guard.k8s;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A server's answer whose body is still to be read. Close it to give up the rest. */
final class Answer implements Closeable {
  private final int status;
  private final Function<String, @Nullable String> headers;
  private final InputStream body;

  Answer(int status, Function<String, @Nullable String> headers, InputStream body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  int status() {
    return status;
  }

  @Nullable String header(String name) {
    return headers.apply(name);
  }

  InputStream body() {
    return body;
  }

  @Override
  public void close() throws IOException {
    body.close();
  }
}
