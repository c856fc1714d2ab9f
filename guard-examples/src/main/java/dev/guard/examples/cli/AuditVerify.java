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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code guard audit verify}. */
@Command(
    name = "verify",
    description = {
      "Says whether the journal is whole.",
      "Checks every record's hash, every link to the one before, and that nothing was cut off its end since the state directory last heard of it. Reads only.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard audit verify",
      "  guard audit verify --json",
      "",
      "Exit codes: 0 intact, 1 damaged or gone, 2 usage, 4 the journal cannot be read."
    })
final class AuditVerify implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  AuditVerify(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    Journal.mustExist(config, shell);
    Checkpoint mark = mark(config);
    JournalVerifier journal = JournalVerifier.at(config.journal());
    JournalVerifier.Result result = mark == null ? journal.verify() : journal.verify(mark);
    if (common.json) {
      shell.out().println(Json.line(json(result)));
    } else {
      text(result, mark);
    }
    return (result instanceof JournalVerifier.Intact ? Exit.CLEAN : Exit.FOUND).code();
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
                  : "holds record " + mark.seq() + ", the last the state directory heard of"));
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
