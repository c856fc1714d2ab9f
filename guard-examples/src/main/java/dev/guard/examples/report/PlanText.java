package dev.guard.examples.report;

import dev.guard.examples.report.PlanView.Meter;
import dev.guard.examples.report.PlanView.Row;
import dev.guard.examples.report.PlanView.Why;
import dev.guard.plan.Plan;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A plan on a terminal. Thread-safe. */
public final class PlanText {
  private static final int MOST_ROWS = 500;
  private static final int MOST_KEPT = 20;
  private static final int MOST_NAMED = 5;
  private static final int BAR = 24;

  private PlanText() {}

  /**
   * Prints a plan.
   *
   * @param view the plan
   * @param now the instant at which it is looked at
   * @param out where
   * @param style how
   */
  public static void print(PlanView view, Instant now, PrintStream out, Style style) {
    Plan plan = view.plan();
    out.println(
        style.bold("Plan of guard " + Text.clean(plan.header().guard()))
            + style.dim(
                "  "
                    + Text.clean(plan.header().action())
                    + ", made "
                    + Text.minute(plan.header().made())
                    + " by "
                    + Text.clean(plan.header().planner())));
    out.println(style.dim("  " + plan.digest()));
    out.println(
        "  "
            + (view.expired() ? style.bad(view.life(now)) : style.dim(view.life(now)))
            + style.dim(", because " + Text.clean(plan.header().because())));
    view.halts().forEach(halt -> halted(halt, out, style));
    out.println();
    going(view, out, style);
    waits(view, out, style);
    kept(view, out, style);
    policy(view, out, style);
    limits(view, out, style);
    if (!plan.header().unread().isEmpty()) {
      out.println(
          style.bold("Not read")
              + style.dim("  left out of candidates and population, and therefore kept"));
      first(plan.header().unread()).forEach(gap -> out.println("  " + style.warn(Text.clean(gap))));
      out.println();
    }
    Map<String, String> facts = view.otherFacts();
    List<String> notes = view.notes();
    if (!facts.isEmpty() || !notes.isEmpty()) {
      out.println(style.bold("Rests on"));
      notes.forEach(note -> indented(Text.clean(note), out));
      facts.forEach(
          (name, value) ->
              out.println("  " + style.dim(Text.clean(name) + ": ") + Text.clean(value)));
      out.println();
    }
  }

  /**
   * What halted, in as many lines as it takes.
   *
   * @param halt a sentence
   * @param out where
   * @param style how
   */
  public static void halted(String halt, PrintStream out, Style style) {
    List<String> lines = Text.wrapped(Text.clean(halt), Table.COLUMNS - 8);
    out.println(style.bad("Halted  ") + lines.get(0));
    lines.subList(1, lines.size()).forEach(line -> out.println("        " + line));
  }

  private static void policy(PlanView view, PrintStream out, Style style) {
    view.policyKeeps()
        .forEach(
            (code, images) -> {
              out.println(
                  style.bold("Kept by policy  ")
                      + Text.count(images.size(), "manifest")
                      + style.dim("  " + Text.clean(code)));
              for (String image : images.subList(0, Math.min(MOST_KEPT, images.size()))) {
                indented(Text.clean(image), out);
              }
              if (images.size() > MOST_KEPT) {
                out.println(
                    style.dim(
                        "  … and " + (images.size() - MOST_KEPT) + " more; --html shows all"));
              }
              out.println();
            });
    view.sum()
        .ifPresent(
            sum -> {
              out.println(sum);
              out.println();
            });
  }

  /**
   * A sentence in as many lines as it takes.
   *
   * @param text the sentence, clean
   * @param out where
   */
  public static void indented(String text, PrintStream out) {
    String indent = "  ";
    for (String line : Text.wrapped(text, Table.COLUMNS - 4)) {
      out.println(indent + line);
      indent = "    ";
    }
  }

  private static void going(PlanView view, PrintStream out, Style style) {
    out.println(
        style.bold("Would go  ")
            + Text.count(view.going().size(), "manifest")
            + view.freed().map(freed -> style.dim("  freeing at most " + freed)).orElse(""));
    if (!view.going().isEmpty()) {
      Table table =
          new Table("  ", "REPOSITORY", "TAGS", "DIGEST", "WHY").fitted().paint(2, style::dim);
      for (Row row : first(view.going())) {
        table.row(row.scope(), row.name(), Text.brief(row.id()), row.because());
      }
      table.print(out, style);
      rest(view.going().size(), out, style);
    }
    out.println();
  }

  private static void waits(PlanView view, PrintStream out, Style style) {
    Map<String, List<String>> waits = view.waits();
    if (waits.isEmpty()) {
      return;
    }
    out.println(style.bold("Waits") + style.dim("  as it stood when the plan was made"));
    waits(waits, view.going().size(), out, style);
    out.println();
  }

  /**
   * What waits for what.
   *
   * @param waits sentences, each with the images of which it is true
   * @param going how many images would go
   * @param out where
   * @param style how
   */
  public static void waits(
      Map<String, List<String>> waits, int going, PrintStream out, Style style) {
    waits.forEach(
        (sentence, images) -> {
          indented(Text.count(images.size(), "manifest") + ": " + Text.clean(sentence), out);
          boolean all = images.size() == going;
          for (String image : all ? List.<String>of() : first(images, MOST_NAMED)) {
            out.println("      " + style.dim(Text.clean(image)));
          }
          if (!all && images.size() > MOST_NAMED) {
            out.println(style.dim("      … and " + (images.size() - MOST_NAMED) + " more"));
          }
        });
  }

  private static void kept(PlanView view, PrintStream out, Style style) {
    if (view.kept().isEmpty()) {
      return;
    }
    out.println(
        style.bold("Kept  ")
            + Text.count(view.kept().size(), "manifest")
            + style.dim("  that policy alone would let go"));
    Table table =
        new Table("  ", "REPOSITORY", "TAGS", "DIGEST", "KEPT BECAUSE")
            .fitted()
            .paint(2, style::dim)
            .paint(3, style::good);
    for (Row row : first(view.kept())) {
      table.row(row.scope(), row.name(), Text.brief(row.id()), because(row));
    }
    table.print(out, style);
    rest(view.kept().size(), out, style);
    out.println();
  }

  private static String because(Row row) {
    List<String> all = new ArrayList<>();
    for (Why why : row.reasons()) {
      all.add(
          why.sentence()
              + (why.where().isEmpty() || why.sentence().contains(why.where())
                  ? ""
                  : " (" + why.where() + ")"));
    }
    return Halts.joined(all);
  }

  private static void limits(PlanView view, PrintStream out, Style style) {
    if (view.meters().isEmpty()) {
      return;
    }
    out.println(style.bold("Limits"));
    for (Meter meter : view.meters()) {
      int filled = (int) (meter.full() * BAR / 100);
      String bar = "█".repeat(filled) + "░".repeat(BAR - filled);
      String line = meter.used() + " of " + meter.allowed();
      out.println(
          "  "
              + String.format("%-11s", meter.name())
              + (meter.over() ? style.bad(bar) : style.good(bar))
              + "  "
              + (meter.over() ? style.bad(line + ", over") : line)
              + style.dim("  " + meter.sum()));
    }
    String perDay = view.plan().header().facts().get(PlanView.PER_DAY);
    if (perDay != null) {
      out.println(
          "  per day    "
              + style.dim("at most " + Text.clean(perDay) + " over all runs of 24 hours"));
    }
    out.println();
  }

  private static <T> List<T> first(List<T> all) {
    return first(all, MOST_ROWS);
  }

  private static <T> List<T> first(List<T> all, int most) {
    return all.size() <= most ? all : all.subList(0, most);
  }

  private static void rest(int all, PrintStream out, Style style) {
    if (all > MOST_ROWS) {
      out.println(style.dim("  … and " + (all - MOST_ROWS) + " more; --json and --html show all"));
    }
  }
}
