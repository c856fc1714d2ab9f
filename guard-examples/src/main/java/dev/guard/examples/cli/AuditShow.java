package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.JournalEntry;
import dev.guard.audit.JournalReader;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Table;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code guard audit show}. */
@Command(
    name = "show",
    description = {
      "Shows the journal's records, the newest last.",
      "Reads only, also while a run writes.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard audit show",
      "  guard audit show --last 20",
      "  guard audit show --run 20260301T020000-1a2b --json",
      "",
      "Exit codes: 0 shown, 1 the journal is gone, 2 usage, 4 the journal cannot be read."
    })
final class AuditShow implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Option(
      names = "--last",
      paramLabel = "N",
      defaultValue = "200",
      description = "Only the last N records; default ${DEFAULT-VALUE}.")
  int last;

  @Option(names = "--run", paramLabel = "RUN", description = "Only the records of one run.")
  @Nullable String run;

  AuditShow(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    if (last < 1 || last > 1_000_000) {
      throw new CommandException(Exit.USAGE, "--last is from 1 to 1000000.");
    }
    GuardConfig config = common.read(shell);
    Journal.mustExist(config, shell);
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
    String said = Output.reasons(record.reasons(), java.util.List.of());
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
