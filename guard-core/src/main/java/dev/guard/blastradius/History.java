package dev.guard.blastradius;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.state.Fence;
import dev.guard.state.StateDocument;
import dev.guard.state.StateDocument.Change;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How much the last runs of one guard, limit and action really touched: one document for plans and
 * one for single calls, of the last {@value #KEPT} each. An unreadable one throws. Thread-safe.
 */
final class History {
  /** How many runs are remembered. */
  static final int KEPT = 32;

  private static final String SCHEMA = "guard.history/1";

  private final StateStore store;
  private final String scope;
  private final Supplier<Optional<Fence>> epoch;

  /**
   * A history.
   *
   * @param scope guard and limit
   */
  History(StateStore store, String scope, Supplier<Optional<Fence>> epoch) {
    this.store = store;
    this.scope = scope;
    this.epoch = epoch;
  }

  /**
   * What one run touched.
   *
   * @param plan the plan, whose runs count as one; null for a single call
   * @param count how many targets were done, failed or are in doubt; at least 1, because a run that
   *     touched nothing says nothing of how much is usual
   */
  record Past(@Nullable Digest plan, long count, Instant at) {
    Past {
      if (count < 1 || count > Terms.MOST) {
        throw new IllegalArgumentException("A run of the past touched 1 to " + Terms.MOST + ".");
      }
    }
  }

  List<Past> ofPlans(String action) {
    return document(action, true).read().orElse(List.of());
  }

  List<Past> ofCalls(String action) {
    return document(action, false).read().orElse(List.of());
  }

  /**
   * Keeps how much a plan has touched in all its runs. It only grows, so it does not matter how
   * often this is said, or in which order.
   */
  void plan(String action, Digest plan, long count) {
    Instant now = store.now();
    document(action, true)
        .change(
            found -> {
              List<Past> all = new ArrayList<>(found.orElse(List.of()));
              for (int i = 0; i < all.size(); i++) {
                Past known = all.get(i);
                if (plan.equals(known.plan())) {
                  if (known.count() >= count) {
                    return Change.none(false);
                  }
                  all.set(i, new Past(plan, count, known.at()));
                  return Change.to(List.copyOf(all), true);
                }
              }
              all.add(new Past(plan, count, now));
              return Change.to(last(all), true);
            });
  }

  /** Keeps what a single call touched. */
  void call(String action, long count) {
    Instant now = store.now();
    document(action, false)
        .change(
            found -> {
              List<Past> all = new ArrayList<>(found.orElse(List.of()));
              all.add(new Past(null, count, now));
              return Change.to(last(all), true);
            });
  }

  private static List<Past> last(List<Past> all) {
    return List.copyOf(all.subList(Math.max(0, all.size() - KEPT), all.size()));
  }

  private StateDocument<List<Past>> document(String action, boolean plans) {
    String of = scope + (plans ? "plans" : "calls") + action.length() + ":" + action;
    StateDocument<List<Past>> document =
        StateDocument.in(store, StateStore.key("history", of), new Form());
    return epoch.get().map(document::fencedBy).orElse(document);
  }

  private static final class Form implements StateDocument.Form<List<Past>> {
    @Override
    public List<Past> read(byte[] bytes) {
      try {
        JsonNode json = Json.read(bytes);
        JsonNode runs = json.path("runs");
        if (!SCHEMA.equals(json.path("schema").asText()) || !runs.isArray() || runs.size() > KEPT) {
          throw new IOException("another schema, or too many runs");
        }
        List<Past> all = new ArrayList<>();
        Set<Digest> plans = new HashSet<>();
        for (JsonNode run : runs) {
          Digest plan = run.has("plan") ? new Digest(run.path("plan").asText()) : null;
          if (plan != null && !plans.add(plan)) {
            throw new IOException("a plan that stands twice");
          }
          all.add(
              new Past(
                  plan, Json.natural(run.path("count")), Instant.parse(run.path("at").asText())));
        }
        return List.copyOf(all);
      } catch (IOException | IllegalArgumentException | DateTimeException fault) {
        throw new StateException(
            "What earlier runs touched is not readable. Look into the state store.", fault);
      }
    }

    @Override
    public byte[] write(List<Past> runs) {
      ObjectNode json = Json.object();
      json.put("schema", SCHEMA);
      ArrayNode all = json.putArray("runs");
      for (Past run : runs) {
        ObjectNode one = all.addObject();
        if (run.plan() != null) {
          one.put("plan", run.plan().text());
        }
        one.put("count", run.count());
        one.put("at", run.at().toString());
      }
      return Json.line(json).getBytes(StandardCharsets.UTF_8);
    }
  }
}
