package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.examples.report.Halts;
import dev.guard.examples.report.HtmlReport;
import dev.guard.examples.report.PlanText;
import dev.guard.examples.report.PlanView;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Table;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Entry;
import dev.guard.plan.Report.Fate;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What commands write: files, JSON for machines, and the report of a run for people. */
final class Output {
  private static final int MOST = 200;
  private static final int BEGINNING = 4_096;

  private Output() {}

  static void page(Path file, Plan plan, Instant now) {
    write(file, HtmlReport.of(PlanView.of(plan, now), now));
  }

  static void plan(Path file, Plan plan) {
    write(file, plan.toJson() + "\n");
  }

  /**
   * Refuses a file for a page or a plan that would replace anything else: only what does not exist
   * or is such a file itself may be replaced.
   */
  static void mayReplace(Path file, boolean page) {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    String mark = page ? HtmlReport.MARK : "{\"schema\":\"guard.plan/";
    String begin;
    try (InputStream in = Files.newInputStream(file)) {
      begin =
          Files.isRegularFile(file)
              ? new String(in.readNBytes(BEGINNING), StandardCharsets.UTF_8)
              : "";
    } catch (IOException e) {
      begin = "";
    }
    if (page ? !begin.contains(mark) : !begin.startsWith(mark)) {
      throw new CommandException(
          Exit.USAGE,
          "The file "
              + file
              + " exists and is no "
              + (page ? "page" : "plan")
              + " that guard wrote, so it is not replaced. Give another name.");
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new CommandException(
          Exit.USAGE,
          "The file "
              + file
              + " cannot be written. Check that its directory exists and may be written.");
    }
  }

  static ObjectNode json(Reason reason) {
    ObjectNode node = Json.object();
    node.put("safeguard", reason.safeguard());
    node.put("code", reason.code());
    node.put("message", reason.sentence());
    node.put("where", reason.where().orElse(null));
    return node;
  }

  static ObjectNode json(Target target) {
    ObjectNode node = Json.object();
    node.put("kind", target.kind());
    node.put("scope", target.scope());
    node.put("id", target.id());
    ObjectNode labels = node.putObject("labels");
    target.labels().forEach(labels::put);
    return node;
  }

  static ArrayNode json(List<Reason> reasons) {
    ArrayNode all = Json.array();
    reasons.forEach(reason -> all.add(json(reason)));
    return all;
  }

  static ObjectNode json(Report report) {
    ObjectNode node = Json.object();
    node.put("run", report.run());
    node.put("plan", report.plan().text());
    ObjectNode counts = node.putObject("counts");
    report.counts().forEach((fate, count) -> counts.put(fate.name(), count));
    ArrayNode entries = node.putArray("entries");
    for (Entry entry : report.entries()) {
      ObjectNode one = entries.addObject();
      one.set("target", json(entry.target()));
      one.put("outcome", entry.outcome().name());
      one.set("reasons", json(entry.reasons()));
    }
    Verdict halt = report.halt();
    if (halt == null) {
      node.putNull("halted");
    } else {
      ObjectNode halted = node.putObject("halted");
      halted.put("level", halt.level().name());
      halted.set("reasons", json(halt.reasons()));
    }
    return node;
  }

  static void report(Plan plan, Report report, PrintStream out, Style style) {
    Map<Target, String> because = new HashMap<>();
    plan.items().forEach(item -> because.put(item.target(), item.because()));
    out.println(
        style.bold(report.executed() ? "Run " : "Rehearsal ")
            + Text.clean(report.run())
            + style.dim("  of plan " + Text.brief(report.plan().text())));
    Verdict halt = report.halt();
    List<String> halts = halt == null ? List.of() : Halts.of(halt);
    halts.forEach(one -> PlanText.halted(one, out, style));
    out.println();
    Map<Fate, List<Entry>> byFate = new EnumMap<>(Fate.class);
    for (Entry entry : report.entries()) {
      byFate.computeIfAbsent(entry.outcome(), fate -> new ArrayList<>()).add(entry);
    }
    if (byFate.isEmpty()) {
      out.println("  The plan names nothing.");
    }
    byFate.forEach(
        (fate, entries) -> {
          out.println(
              "  "
                  + paint(fate, style, word(fate))
                  + "  "
                  + Text.count(entries.size(), "manifest"));
          Table table =
              new Table("    ", "REPOSITORY", "TAGS", "DIGEST", "WHY")
                  .fitted()
                  .paint(2, style::dim);
          for (Entry entry : entries.subList(0, Math.min(entries.size(), MOST))) {
            table.row(
                entry.target().scope(),
                entry.target().labels().getOrDefault("tags", ""),
                Text.brief(entry.target().id()),
                why(entry, because, halts));
          }
          table.print(out, style);
          if (entries.size() > MOST) {
            out.println(
                style.dim("    … and " + (entries.size() - MOST) + " more; --json names all"));
          }
          out.println();
        });
  }

  /** What speaks against it, or else why it was chosen. */
  private static String why(Entry entry, Map<Target, String> because, List<String> halts) {
    boolean chosen = entry.outcome() == Fate.DONE || entry.outcome() == Fate.SIMULATED;
    String said = chosen ? "" : reasons(entry.reasons(), halts);
    return Text.shortened(said.isEmpty() ? because.getOrDefault(entry.target(), "") : said);
  }

  /** All that will not pass by itself; if nothing else was said, what will. */
  static String reasons(List<Reason> reasons, List<String> above) {
    List<String> all = new ArrayList<>();
    boolean lasting = reasons.stream().anyMatch(reason -> !reason.pending());
    for (Reason reason : reasons) {
      if (lasting && reason.pending()) {
        continue;
      }
      String where = reason.where().orElse("");
      all.add(
          Halts.briefly(reason, above)
              + (where.isEmpty() || reason.sentence().contains(where) ? "" : " (" + where + ")"));
    }
    return Halts.joined(all);
  }

  private static String word(Fate fate) {
    switch (fate) {
      case DONE:
        return "Deleted";
      case SIMULATED:
        return "Would be deleted";
      case REFUSED:
        return "Kept";
      case SKIPPED:
        return "Skipped";
      case FAILED:
        return "Failed";
      case IN_DOUBT:
        return "In doubt";
      default:
        return "Not attempted";
    }
  }

  private static String paint(Fate fate, Style style, String word) {
    switch (fate) {
      case FAILED:
      case IN_DOUBT:
        return style.bad(word);
      case DONE:
      case SIMULATED:
        return style.bold(word);
      case NOT_ATTEMPTED:
        return style.warn(word);
      default:
        return style.good(word);
    }
  }
}
