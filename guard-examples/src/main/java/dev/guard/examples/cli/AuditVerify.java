package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.audit.Checkpoint;
import dev.guard.audit.JournalVerifier;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code guard audit verify}. */
@Command(
    name = "verify",
    description = {
      "Says whether the journal is whole.",
      "Checks every record's hash, every link to the one before, and that nothing was cut off its end since the state last heard of it. Reads only.",
      "A line of the log knows how far the journal was as well: '… has come to record 4711 with hash 9f86…' is --checkpoint 4711:9f86…",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard audit verify",
      "  guard audit verify --json",
      "  guard audit verify --checkpoint 4711:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      "",
      "Exit codes: 0 intact, 1 damaged or gone, 2 usage, 4 the journal cannot be read."
    })
final class AuditVerify implements Callable<Integer> {
  private static final Pattern SAID = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})");

  private final Shell shell;

  @Mixin final Common common = new Common();

  @Option(
      names = "--checkpoint",
      paramLabel = "SEQ:HASH",
      description = "A record that the journal must hold; 'none' asks nobody but the journal.")
  @Nullable String checkpoint;

  AuditVerify(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    Journal.mustExist(config, shell);
    Checkpoint mark = checkpoint == null ? mark(config) : said(checkpoint);
    JournalVerifier journal = JournalVerifier.at(config.journal());
    JournalVerifier.Result result = mark == null ? journal.verify() : journal.verify(mark);
    if (common.json) {
      shell.out().println(Json.line(json(result)));
    } else {
      text(result, mark);
    }
    return (result instanceof JournalVerifier.Intact ? Exit.CLEAN : Exit.FOUND).code();
  }

  /** What a person read in a log. */
  private @Nullable Checkpoint said(String text) {
    if (text.equals("none")) {
      return null;
    }
    Matcher matcher = SAID.matcher(text);
    if (!matcher.matches()) {
      throw new CommandException(
          Exit.USAGE,
          "--checkpoint must be a record's number, a colon and its hash of 64 hexadecimal digits, as the log has them, or none.");
    }
    return new Checkpoint(
        Long.parseLong(matcher.group(1)), matcher.group(2), shell.time().now(), "the log");
  }

  private @Nullable Checkpoint mark(GuardConfig config) {
    if (config.sharedState() == null && !Files.isDirectory(config.state())) {
      return null;
    }
    try (KeptState state = KeptState.open(shell, config)) {
      return Journal.marks(state.store(), config).last().orElse(null);
    }
  }

  private static ObjectNode json(JournalVerifier.Result result) {
    ObjectNode json = Json.object();
    if (result instanceof JournalVerifier.Intact) {
      JournalVerifier.Intact intact = (JournalVerifier.Intact) result;
      return json.put("intact", true)
          .put("records", intact.records())
          .put("hash", intact.lastHash())
          .put("torn", intact.torn());
    }
    JournalVerifier.Damaged damaged = (JournalVerifier.Damaged) result;
    return json.put("intact", false)
        .put("records", damaged.seq() - 1)
        .put("file", damaged.file())
        .put("line", damaged.line())
        .put("what", damaged.what());
  }

  private void text(JournalVerifier.Result result, @Nullable Checkpoint mark) {
    PrintStream out = shell.out();
    Style style = shell.style();
    if (result instanceof JournalVerifier.Intact) {
      JournalVerifier.Intact intact = (JournalVerifier.Intact) result;
      out.println(style.good("Intact") + "  " + Text.count(intact.records(), "record"));
      out.println(style.dim("  last hash  ") + intact.lastHash());
      out.println(
          style.dim("  end        ")
              + (mark == null
                  ? "nothing outside says how long it should be"
                  : "holds record "
                      + mark.seq()
                      + (checkpoint == null
                          ? ", the last the state heard of, at " + Text.minute(mark.at())
                          : ", as was said")));
      if (intact.torn() != null) {
        out.println(
            style.warn("  torn end   ")
                + Text.clean(intact.torn())
                + "; a power cut leaves that, and the next run cuts it off and records it");
      }
      return;
    }
    JournalVerifier.Damaged damaged = (JournalVerifier.Damaged) result;
    out.println(
        style.bad("Damaged")
            + "  after "
            + Text.count(damaged.seq() - 1, "good record")
            + ": "
            + Text.clean(damaged.file())
            + " line "
            + damaged.line()
            + ": "
            + Text.clean(damaged.what()));
    out.println(
        style.bold("Next     ")
            + "keep the directory as it is, find out who changed it, and begin a new one");
  }
}
