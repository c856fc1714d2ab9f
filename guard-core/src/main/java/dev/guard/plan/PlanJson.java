package dev.guard.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.Fingerprint;
import dev.guard.PlanRejectedException;
import dev.guard.Population;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.internal.json.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The plan's written form. Reading is strict: an unknown, missing or mistyped field is an altered
 * plan.
 */
final class PlanJson {
  static final String SCHEMA = "guard.plan/1";

  private PlanJson() {}

  static ObjectNode write(Plan.Header header, List<PlanItem> items, Verdict verdict) {
    ObjectNode plan = Json.object();
    plan.put("guard", header.guard());
    plan.put("action", header.action());
    plan.put("because", header.because());
    plan.put("planner", header.planner());
    plan.put("made", header.made().toString());
    plan.put("expires", header.expires().toString());
    plan.put("protection", header.protection().text());
    Population population = header.population();
    if (population != null) {
      ObjectNode all = plan.putObject("population");
      all.put("size", Long.toString(population.size()));
      population.gap().ifPresent(gap -> all.put("incompleteBecause", gap));
    }
    ArrayNode unread = plan.putArray("unread");
    header.unread().forEach(unread::add);
    plan.set("facts", map(header.facts()));
    plan.set("verdict", write(verdict));
    ArrayNode list = plan.putArray("items");
    for (PlanItem item : items) {
      list.add(write(item));
    }
    return plan;
  }

  private static ObjectNode write(PlanItem item) {
    ObjectNode node = write(item.target());
    node.put("because", item.because());
    item.fingerprint().ifPresent(mark -> node.set("fingerprint", map(mark.facts())));
    if (!item.after().isEmpty()) {
      ArrayNode after = node.putArray("after");
      for (Target parent : item.after()) {
        ObjectNode name = after.addObject();
        name.put("kind", parent.kind());
        name.put("scope", parent.scope());
        name.put("id", parent.id());
      }
    }
    node.set("verdict", write(item.verdict()));
    return node;
  }

  private static ObjectNode write(Target target) {
    ObjectNode node = Json.object();
    node.put("kind", target.kind());
    node.put("scope", target.scope());
    node.put("id", target.id());
    if (!target.labels().isEmpty()) {
      node.set("labels", map(target.labels()));
    }
    return node;
  }

  private static ObjectNode write(Verdict verdict) {
    ObjectNode node = Json.object();
    node.put("level", verdict.level().name());
    ArrayNode reasons = node.putArray("reasons");
    for (Reason reason : verdict.reasons()) {
      ObjectNode one = reasons.addObject();
      one.put("safeguard", reason.safeguard());
      one.put("code", reason.code());
      one.put("message", reason.sentence());
      reason.where().ifPresent(where -> one.put("where", where));
      one.put("pending", reason.pending());
    }
    return node;
  }

  private static ObjectNode map(Map<String, String> map) {
    ObjectNode node = Json.object();
    map.forEach(node::put);
    return node;
  }

  static Plan read(JsonNode document) {
    try {
      Fields top = new Fields(document, "the file");
      String schema = top.text("schema");
      if (!schema.equals(SCHEMA)) {
        throw new Malformed("its schema is not " + SCHEMA);
      }
      Digest claimed = new Digest(top.text("digest"));
      JsonNode body = top.object("plan");
      top.done();
      if (!Digest.of(Json.canonical(body)).equals(claimed)) {
        throw new PlanRejectedException(
            "The plan was altered: its content does not have the digest it names. Make a new plan.");
      }
      Plan plan = readPlan(new Fields(body, "the plan"));
      if (!plan.digest().equals(claimed)) {
        throw new Malformed("it is not written the way Guard writes plans");
      }
      return plan;
    } catch (Malformed | IllegalArgumentException | DateTimeException e) {
      throw new PlanRejectedException(
          "This is no valid plan: " + e.getMessage() + " Make a new plan.", e);
    }
  }

  private static Plan readPlan(Fields plan) throws Malformed {
    Plan.Header header =
        new Plan.Header(
            plan.text("guard"),
            plan.text("action"),
            plan.text("because"),
            plan.text("planner"),
            Instant.parse(plan.text("made")),
            Instant.parse(plan.text("expires")),
            new Digest(plan.text("protection")),
            plan.has("population")
                ? readPopulation(new Fields(plan.object("population"), "population"))
                : null,
            plan.texts("unread"),
            plan.map("facts"));
    Verdict verdict = readVerdict(new Fields(plan.object("verdict"), "verdict"));
    List<PlanItem> items = new ArrayList<>();
    Set<Target> seen = new HashSet<>();
    for (JsonNode node : plan.array("items")) {
      PlanItem item = readItem(new Fields(node, "an item"));
      if (!seen.add(item.target())) {
        throw new Malformed("an item stands twice.");
      }
      items.add(item);
    }
    for (PlanItem item : items) {
      if (!seen.containsAll(item.after())) {
        throw new Malformed("an item is ordered after one that is not planned.");
      }
    }
    plan.done();
    return Plan.of(header, items, verdict);
  }

  private static Population readPopulation(Fields node) throws Malformed {
    long size = Long.parseLong(node.text("size"));
    String gap = node.has("incompleteBecause") ? node.text("incompleteBecause") : null;
    node.done();
    return new Population(size, gap);
  }

  private static PlanItem readItem(Fields node) throws Malformed {
    Map<String, String> labels = node.has("labels") ? node.map("labels") : Map.of();
    Target target = new Target(node.text("kind"), node.text("scope"), node.text("id"), labels);
    Fingerprint mark = node.has("fingerprint") ? new Fingerprint(node.map("fingerprint")) : null;
    List<Target> after = new ArrayList<>();
    if (node.has("after")) {
      for (JsonNode parent : node.array("after")) {
        Fields name = new Fields(parent, "an order");
        after.add(Target.of(name.text("kind"), name.text("scope"), name.text("id")));
        name.done();
      }
    }
    Verdict verdict = readVerdict(new Fields(node.object("verdict"), "verdict"));
    String because = node.text("because");
    node.done();
    return new PlanItem(target, verdict, mark, because, after);
  }

  private static Verdict readVerdict(Fields node) throws Malformed {
    Verdict.Level level = Verdict.Level.valueOf(node.text("level"));
    List<Reason> reasons = new ArrayList<>();
    for (JsonNode one : node.array("reasons")) {
      Fields reason = new Fields(one, "a reason");
      String where = reason.has("where") ? reason.text("where") : null;
      reasons.add(
          new Reason(
              reason.text("safeguard"),
              reason.text("code"),
              reason.text("message"),
              where,
              reason.flag("pending")));
      reason.done();
    }
    node.done();
    return level == Verdict.Level.ALLOW && reasons.isEmpty()
        ? Verdict.allow()
        : new Verdict(level, reasons);
  }

  /** What is wrong with a plan file; becomes a {@link PlanRejectedException}. */
  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  /** The fields of one object, each taken once, none left over. */
  private static final class Fields {
    private final JsonNode node;
    private final String what;
    private final Set<String> left = new HashSet<>();

    Fields(JsonNode node, String what) throws Malformed {
      if (!node.isObject()) {
        throw new Malformed(what + " is not an object.");
      }
      this.node = node;
      this.what = what;
      for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
        left.add(names.next());
      }
    }

    boolean has(String name) {
      return node.has(name);
    }

    String text(String name) throws Malformed {
      JsonNode value = take(name);
      if (!value.isTextual()) {
        throw new Malformed("'" + name + "' of " + what + " is not a text.");
      }
      return value.textValue();
    }

    boolean flag(String name) throws Malformed {
      JsonNode value = take(name);
      if (!value.isBoolean()) {
        throw new Malformed("'" + name + "' of " + what + " is neither true nor false.");
      }
      return value.booleanValue();
    }

    JsonNode object(String name) throws Malformed {
      JsonNode value = take(name);
      if (!value.isObject()) {
        throw new Malformed("'" + name + "' of " + what + " is not an object.");
      }
      return value;
    }

    JsonNode array(String name) throws Malformed {
      JsonNode value = take(name);
      if (!value.isArray()) {
        throw new Malformed("'" + name + "' of " + what + " is not a list.");
      }
      return value;
    }

    List<String> texts(String name) throws Malformed {
      List<String> texts = new ArrayList<>();
      for (JsonNode one : array(name)) {
        if (!one.isTextual()) {
          throw new Malformed("'" + name + "' of " + what + " holds something that is not a text.");
        }
        texts.add(one.textValue());
      }
      return texts;
    }

    Map<String, String> map(String name) throws Malformed {
      Map<String, String> map = new TreeMap<>();
      for (Map.Entry<String, JsonNode> entry : object(name).properties()) {
        if (!entry.getValue().isTextual()) {
          throw new Malformed("'" + name + "' of " + what + " holds something that is not a text.");
        }
        map.put(entry.getKey(), entry.getValue().textValue());
      }
      return map;
    }

    void done() throws Malformed {
      if (!left.isEmpty()) {
        throw new Malformed(what + " has a field that plans do not have.");
      }
    }

    private JsonNode take(String name) throws Malformed {
      @Nullable JsonNode value = node.get(name);
      if (value == null) {
        throw new Malformed("'" + name + "' is missing in " + what + ".");
      }
      left.remove(name);
      return value;
    }
  }
}
