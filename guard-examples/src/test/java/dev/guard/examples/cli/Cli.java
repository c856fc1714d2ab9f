package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.examples.GuardCommand;
import dev.guard.internal.json.Json;
import dev.guard.time.Time;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The command line in this process, with captured streams, its own clock and its own environment.
 */
public final class Cli {
  private final Path directory;
  private final Time time;
  private final Map<String, String> environment = new TreeMap<>();

  /** A command line in a directory. */
  public Cli(Path directory, Time time) {
    this.directory = directory;
    this.time = time;
    environment.put("HOME", directory.toString());
  }

  /** What a command did. */
  public record Ran(int exit, String out, String err) {
    /** The output as JSON. */
    public JsonNode json() {
      try {
        return Json.read(out.strip());
      } catch (IOException e) {
        throw new UncheckedIOException("not JSON: <" + out + "> err <" + err + ">", e);
      }
    }

    @Override
    public String toString() {
      return "exit " + exit + "\n--- out\n" + out + "--- err\n" + err;
    }
  }

  /** Sets an environment variable. */
  public Cli with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Runs one command. */
  public Ran run(String... arguments) {
    return run(false, arguments);
  }

  /** Runs one command, on a terminal or not. */
  public Ran run(boolean terminal, String... arguments) {
    return run(new ByteArrayOutputStream(), terminal, arguments);
  }

  /** Runs one command whose output nobody takes. */
  public Ran unheard(String... arguments) {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    return run(broken, false, arguments);
  }

  private Ran run(OutputStream out, boolean terminal, String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Shell shell =
        new Shell(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal,
            terminal,
            time,
            environment,
            directory,
            "tester");
    int exit = GuardCommand.run(shell, arguments);
    String said =
        out instanceof ByteArrayOutputStream kept ? kept.toString(StandardCharsets.UTF_8) : "";
    return new Ran(exit, said, err.toString(StandardCharsets.UTF_8));
  }
}
