package dev.guard.examples.cli;

import dev.guard.Digest;
import dev.guard.PlanRejectedException;
import dev.guard.internal.json.Json;
import dev.guard.plan.Plan;
import dev.guard.rollout.RolloutStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The plans that are rolled out, kept with the state under their own digest: a job that runs every
 * day goes on with the same plan and needs no file for it.
 */
final class KeptPlans {
  private KeptPlans() {}

  /** Before the first act, if there are stages: what is not kept could not go on by itself. */
  static void keep(Session session, Plan plan) {
    if (session.rollout().isEmpty()) {
      return;
    }
    try {
      byte[] canonical = Json.canonical(Json.read(plan.toJson()).path("plan"));
      session.state().blobs().put(canonical);
    } catch (IOException impossible) {
      throw new IllegalStateException("A plan of our own is no JSON.", impossible);
    }
  }

  /** The plan whose rollout is under way. */
  static Optional<Plan> underWay(Session session) {
    Optional<Digest> digest =
        session
            .rollout()
            .flatMap(stages -> stages.status())
            .filter(RolloutStatus::active)
            .map(RolloutStatus::plan);
    if (digest.isEmpty()) {
      return Optional.empty();
    }
    byte[] canonical =
        session
            .state()
            .blobs()
            .get(digest.get())
            .orElseThrow(
                () ->
                    new PlanRejectedException(
                        "Plan "
                            + digest.get()
                            + " is being rolled out, but its content is not kept here. Apply its file, or abort its rollout with 'guard rollout abort'."));
    String text =
        "{\"schema\":\"guard.plan/1\",\"digest\":\""
            + digest.get()
            + "\",\"plan\":"
            + new String(canonical, StandardCharsets.UTF_8)
            + "}";
    return Optional.of(Plan.parse(text.getBytes(StandardCharsets.UTF_8)));
  }
}
