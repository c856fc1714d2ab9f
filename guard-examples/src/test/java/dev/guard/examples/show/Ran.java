package dev.guard.examples.show;

import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalVerifier;
import dev.guard.examples.cli.Shell;
import dev.guard.time.Time;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An example's main, run in this process with captured streams. */
public record Ran(int exit, String out, String err) {
  private static final Pattern RUN = Pattern.compile("(?m)^Run (\\S+)");

  /** Runs it in a directory. */
  public static Ran in(
      Path directory, Time time, Map<String, String> environment, ToIntFunction<Shell> example) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Shell shell =
        new Shell(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            time,
            environment,
            directory,
            "tester");
    int exit = example.applyAsInt(shell);
    return new Ran(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** The name of the run that acted; the last one if there were several. */
  public String run() {
    Matcher run = RUN.matcher(out);
    String last = "";
    while (run.find()) {
      last = run.group(1);
    }
    if (last.isEmpty()) {
      throw new AssertionError("No run was shown: " + this);
    }
    return last;
  }

  /** What it printed, without the breaks of its lines. */
  public String words() {
    return (out + err).replaceAll("\\s+", " ");
  }

  /** The outcomes that a journal holds of acts that were executed, in order; it must be intact. */
  public static List<String> outcomes(Path journal) {
    JournalVerifier.Result verified = JournalVerifier.at(journal).verify();
    if (!(verified instanceof JournalVerifier.Intact)) {
      throw new AssertionError("The journal is damaged: " + verified);
    }
    List<String> outcomes = new ArrayList<>();
    JournalReader.at(journal)
        .forEach(
            entry -> {
              String outcome = entry.record().outcome();
              if (entry.record().phase() == dev.guard.audit.AuditRecord.Phase.OUTCOME
                  && entry.record().mode().equals("execute")
                  && outcome != null) {
                outcomes.add(outcome);
              }
            });
    return outcomes;
  }

  @Override
  public String toString() {
    return "exit " + exit + "\n--- out\n" + out + "--- err\n" + err;
  }
}
