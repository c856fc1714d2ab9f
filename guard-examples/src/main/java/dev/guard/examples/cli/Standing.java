package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.StateException;
import dev.guard.examples.config.ConfigException;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.config.GuardConfig.VoicesPart;
import dev.guard.examples.report.PlanText;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.plan.Approval;
import dev.guard.plan.Approvals;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.soak.Objection;
import dev.guard.soak.Soak;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What people say of one plan now, and when each of its items is free. Looked up, never decided: an
 * act asks anew. Immutable.
 *
 * @param approvals those that count
 * @param needed how many the plan needs
 * @param items what would go, each with what it waits for
 * @param unknown why none of this can be known, or null
 */
record Standing(List<Approval> approvals, int needed, List<Item> items, @Nullable String unknown) {
  /** What one item waits for. */
  private record Item(PlanItem item, Optional<Soak.Wait> soak, List<String> sentences) {}

  static Standing unknown(String why) {
    return new Standing(List.of(), 0, List.of(), why);
  }

  /** What the state of a configuration says, or why it cannot be asked. */
  static Standing of(Shell shell, Supplier<GuardConfig> read, Plan plan) {
    try {
      GuardConfig config = read.get();
      if (!config.name().equals(plan.header().guard())) {
        return unknown(
            "The configuration is that of guard '"
                + config.name()
                + "'; name that of '"
                + plan.header().guard()
                + "' with --config.");
      }
      if (config.voices().equals(VoicesPart.NOWHERE)) { // needs no registry and no cluster
        try (KeptState state = KeptState.open(shell, config)) {
          return of(shell, config, plan, state, List::of, List::of);
        }
      }
      try (Session session = Session.open(shell, config)) {
        return of(
            shell,
            config,
            plan,
            session.state(),
            session.people()::objections,
            () -> session.people().approvals(shell.time().now()));
      }
    } catch (StateException
        | ConfigException
        | GuardConfigurationException
        | CommandException fault) {
      return unknown(String.valueOf(fault.getMessage()));
    }
  }

  private static Standing of(
      Shell shell,
      GuardConfig config,
      Plan plan,
      KeptState state,
      Supplier<List<Objection>> objections,
      Supplier<List<Approval>> approvals) {
    LookOnlyStore store = new LookOnlyStore(state.store());
    List<Approval> given =
        Session.approvals(config).alsoFrom(approvals).bind(config.name(), store).valid(plan);
    int needed = Math.max(config.people().approvals(), Approvals.isOver(plan) ? 1 : 0);
    Duration length = config.people().soak();
    List<Item> items = new ArrayList<>();
    if (length != null) {
      Soak soak =
          Soak.of(length).objectionsFrom(objections).bind(config.name(), store, shell.time());
      soak.objections(); // what cannot be read is said once, and not of each item
      for (PlanItem item : plan.wouldGo()) {
        String action = plan.header().action();
        List<String> sentences =
            soak.review(Intent.of(action, item.target()).because(item.because())).reasons().stream()
                .map(Reason::sentence)
                .toList();
        items.add(new Item(item, soak.waiting(action, item.target()), sentences));
      }
    }
    return new Standing(given, needed, List.copyOf(items), null);
  }

  private int missing() {
    return Math.max(0, needed - approvals.size());
  }

  void into(ObjectNode json) {
    json.put("unknown", unknown);
    json.put("needed", needed).put("missing", missing());
    ArrayNode all = json.putArray("approvals");
    approvals.forEach(one -> into(all.addObject(), one));
    ArrayNode waits = json.putArray("items");
    for (Item one : items) {
      ObjectNode item = waits.addObject();
      item.put("scope", one.item().target().scope()).put("id", one.item().target().id());
      item.put(
          "announced",
          one.soak().flatMap(Soak.Wait::announced).map(Instant::toString).orElse(null));
      item.put("free", one.soak().map(wait -> wait.free().toString()).orElse(null));
      ArrayNode sentences = item.putArray("waits");
      one.sentences().forEach(sentences::add);
    }
  }

  static void into(ObjectNode json, Approval one) {
    json.put("who", one.who()).put("why", one.why());
    json.put("at", one.at().toString()).put("expires", one.expires().toString());
  }

  void print(PrintStream out, Style style) {
    out.println(style.bold("People") + style.dim("  as it stands now"));
    if (unknown != null) {
      PlanText.indented("not known: " + Text.clean(unknown), out);
      out.println();
      return;
    }
    approvals.forEach(one -> PlanText.indented("approved by " + said(one), out));
    if (needed > 0) {
      out.println(
          "  "
              + (missing() == 0
                  ? style.good("approved, by " + approvals.size() + " of " + needed + " needed")
                  : style.warn(
                      Text.count(missing(), "more approval")
                          + " needed, by somebody other than its planner")));
    }
    Map<String, List<String>> waits = new LinkedHashMap<>();
    for (Item one : items) {
      for (String sentence : one.sentences()) {
        waits
            .computeIfAbsent(sentence, any -> new ArrayList<>())
            .add(one.item().target().scope() + " " + Text.brief(one.item().target().id()));
      }
    }
    PlanText.waits(waits, items.size(), out, style);
    if (needed == 0 && waits.isEmpty()) {
      out.println("  nothing of it waits for anybody");
    }
    out.println();
  }

  static String said(Approval one) {
    return Text.clean(one.who())
        + ", seen "
        + Text.minute(one.at())
        + ", until "
        + Text.minute(one.expires())
        + ": "
        + Text.clean(one.why());
  }
}
