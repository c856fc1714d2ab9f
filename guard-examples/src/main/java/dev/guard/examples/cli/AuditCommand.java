package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.Checkpoint;
import dev.guard.audit.JournalEntry;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalVerifier;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Table;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.state.FileStateStore;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code guard audit}. */
@Command(
    name = "audit",
    description = {
      "Reads the journal: what was done, by whom, why, and whether the record is whole.",
      ""
    },
    subcommands = {
      AuditCommand.Verify.class,
      AuditCommand.Show.class,
      AuditCommand.Unsettled.class
    })
final class AuditCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init")
  CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this and do nothing.")
  boolean help;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "Say what to do with the journal: guard audit verify, show or unsettled.");
  }

  private static void mustExist(GuardConfig config) {
    if (!Journal.exists(config)) {
      throw new CommandException(
          Exit.USAGE,
          "There is no journal in "
              + config.journal()
              + " yet; the first 'guard images plan' begins it.");
    }
  }

  /** {@code guard audit verify}. */
  @Command(
      name = "verify",
      description = {
        "Says whether the journal is whole: every record's hash, every link to the one before, and that nothing was cut",
        "off its end since the state directory last heard of it. Reads only.",
        ""
      },
      footerHeading = "%nExamples%n",
      footer = {
        "  guard audit verify",
        "  guard audit verify --json",
        "",
        "Exit codes: 0 intact, 1 damaged, 2 usage, 4 the journal cannot be read."
      })
  static final class Verify implements Callable<Integer> {
    private final Shell shell;

    @Mixin final Common common = new Common();

    Verify(Shell shell) {
      this.shell = shell;
    }

    @Override
    public Integer call() {
      GuardConfig config = common.read(shell);
      mustExist(config);
      Checkpoint mark =
          Files.isDirectory(config.state())
              ? Journal.marks(FileStateStore.at(config.state(), shell.time()), config)
                  .last()
                  .orElse(null)
              : null;
      JournalVerifier journal = JournalVerifier.at(config.journal());
      JournalVerifier.Result result = mark == null ? journal.verify() : journal.verify(mark);
      if (common.json) {
        shell.out().println(Json.line(json(result)));
      } else {
        text(result, mark);
      }
      return (result instanceof JournalVerifier.Intact ? Exit.CLEAN : Exit.FOUND).code();
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

  /** {@code guard audit show}. */
  @Command(
      name = "show",
      description = {
        "Shows the journal's records, the newest last. Reads only, also while a run writes.",
        ""
      },
      footerHeading = "%nExamples%n",
      footer = {
        "  guard audit show",
        "  guard audit show --last 20",
        "  guard audit show --run 20260301T020000-1a2b --json",
        "",
        "Exit codes: 0 shown, 2 usage, 4 the journal cannot be read."
      })
  static final class Show implements Callable<Integer> {
    private final Shell shell;

    @Mixin final Common common = new Common();

    @Option(
        names = "--last",
        paramLabel = "N",
        defaultValue = "200",
        description = "Only the last N records; default $${DEFAULT-VALUE}.")
    int last;

    @Option(names = "--run", paramLabel = "RUN", description = "Only the records of one run.")
    @Nullable String run;

    Show(Shell shell) {
      this.shell = shell;
    }

    @Override
    public Integer call() {
      if (last < 1 || last > 1_000_000) {
        throw new CommandException(Exit.USAGE, "--last is from 1 to 1000000.");
      }
      GuardConfig config = common.read(shell);
      mustExist(config);
      Deque<JournalEntry> kept = new ArrayDeque<>();
      JournalReader.at(config.journal())
          .forEach(
              entry -> {
                if (run == null || entry.record().run().equals(run)) {
                  kept.addLast(entry);
                  if (kept.size() > last) {
                    kept.removeFirst();
                  }
                }
              });
      if (common.json) {
        kept.forEach(entry -> shell.out().println(Json.line(json(entry))));
        return Exit.CLEAN.code();
      }
      Table table =
          new Table("", "SEQ", "TIME", "PHASE", "WHO", "ACTION", "TARGET", "OUTCOME", "WHY")
              .paint(0, shell.style()::dim)
              .paint(1, shell.style()::dim);
      for (JournalEntry entry : kept) {
        AuditRecord record = entry.record();
        table.row(
            String.valueOf(entry.seq()),
            Text.minute(entry.at()),
            record.phase() + (record.mode().equals("dry-run") ? " (dry)" : ""),
            record.actor(),
            record.action(),
            targets(record),
            record.outcome() == null ? "" : record.outcome(),
            why(record));
      }
      table.print(shell.out(), shell.style());
      return Exit.CLEAN.code();
    }

    private static String targets(AuditRecord record) {
      if (record.targets().isEmpty()) {
        return "";
      }
      Target first = record.targets().get(0);
      String tags = first.labels().getOrDefault("tags", "");
      String name =
          first.labels().getOrDefault("repository", first.scope())
              + (tags.isEmpty() ? " " + Text.brief(first.id()) : ":" + tags);
      return record.targets().size() == 1
          ? name
          : name + " and " + (record.targets().size() - 1) + " more";
    }

    private static String why(AuditRecord record) {
      String error = record.error();
      if (error != null) {
        return error;
      }
      String said = Output.reasons(record.reasons());
      return said.isEmpty() ? record.because() : said;
    }

    private static ObjectNode json(JournalEntry entry) {
      AuditRecord record = entry.record();
      ObjectNode json = Json.object();
      json.put("seq", entry.seq());
      json.put("time", entry.at().toString());
      json.put("run", record.run());
      json.put("op", record.op());
      json.put("guard", record.guard());
      json.put("phase", record.phase().name());
      json.put("mode", record.mode());
      json.put("actor", record.actor());
      json.put("action", record.action());
      ArrayNode targets = json.putArray("targets");
      record.targets().forEach(target -> targets.add(Output.json(target)));
      json.put("because", record.because());
      json.put("plan", record.plan());
      json.set("reasons", Output.json(record.reasons()));
      json.put("outcome", record.outcome());
      json.put("error", record.error());
      json.put("undo", record.undo());
      return json;
    }
  }

  /** {@code guard audit unsettled}. */
  @Command(
      name = "unsettled",
      description = {
        "Names the targets of which nobody knows what became: an act was recorded as intended, and no outcome followed.",
        "Such a target is never acted on again blindly; ask the registry. Reads only.",
        ""
      },
      footerHeading = "%nExamples%n",
      footer = {
        "  guard audit unsettled",
        "  guard audit unsettled --json",
        "",
        "Exit codes: 0 none, 2 usage, 4 the journal cannot be read, 6 there are some."
      })
  static final class Unsettled implements Callable<Integer> {
    private final Shell shell;

    @Mixin final Common common = new Common();

    Unsettled(Shell shell) {
      this.shell = shell;
    }

    @Override
    public Integer call() {
      GuardConfig config = common.read(shell);
      mustExist(config);
      Set<Target> open = Journal.unsettled(config);
      Exit exit = open.isEmpty() ? Exit.CLEAN : Exit.IN_DOUBT;
      if (common.json) {
        ObjectNode json = Json.object();
        ArrayNode targets = json.putArray("unsettled");
        open.forEach(target -> targets.add(Output.json(target)));
        shell.out().println(Json.line(json));
        return exit.code();
      }
      PrintStream out = shell.out();
      Style style = shell.style();
      if (open.isEmpty()) {
        out.println(style.good("Settled") + "  every act has its outcome");
        return exit.code();
      }
      out.println(style.bad("In doubt") + "  " + Text.count(open.size(), "target"));
      Table table = new Table("  ", "WHERE", "TAGS", "ID");
      open.forEach(
          target ->
              table.row(target.scope(), target.labels().getOrDefault("tags", ""), target.id()));
      table.print(out, style);
      out.println(
          style.bold("Next     ")
              + "ask the registry whether each is still there, for example with skopeo inspect");
      return exit.code();
    }
  }
}
