package dev.guard.examples.demo;

import dev.guard.Guard;
import dev.guard.Verdict;
import dev.guard.audit.JournalSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.evidence.InUseCheck;
import dev.guard.examples.demo.DemoResult.Guarded;
import dev.guard.examples.demo.DemoResult.Kept;
import dev.guard.examples.demo.DemoResult.Limit;
import dev.guard.examples.demo.DemoResult.Naive;
import dev.guard.examples.demo.DemoResult.Proof;
import dev.guard.examples.demo.DemoWorld.Image;
import dev.guard.k8s.ClusterConnection;
import dev.guard.k8s.ClusterReferences;
import dev.guard.killswitch.KillSwitch;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.cleanup.AgeSource;
import dev.guard.registry.cleanup.CleanupPolicy;
import dev.guard.registry.cleanup.CleanupProposal;
import dev.guard.registry.cleanup.ImageCleanup;
import dev.guard.registry.cleanup.ImageNames;
import dev.guard.registry.inventory.InventoryReader;
import dev.guard.registry.inventory.RepositoryPatterns;
import dev.guard.state.FileStateStore;
import dev.guard.time.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The story, scene by scene. Every scene plays on a fresh copy of the same world and counts in the
 * registry's own store. What deletes with Guard is the library as users have it; what deletes
 * without is {@link NaiveRule}.
 */
public final class Demo {
  private static final double TEN_PERCENT = 10;
  private static final int STOP_AFTER = 3;

  private final DemoWorld world;
  private final Time time;
  private final Narrator say;

  private Demo(DemoWorld world, Time time, Narrator say) {
    this.world = world;
    this.time = time;
    this.say = say;
  }

  /**
   * Makes the world of the story, and plays nothing yet.
   *
   * @param seed makes the world
   * @param images how many images there are
   * @param inUse how many of them something declares
   * @param time where time comes from
   * @param narrator tells the story
   * @return the demo
   * @throws IllegalArgumentException if no such world can be made; the message says how to mend it
   */
  public static Demo of(long seed, int images, int inUse, Time time, Narrator narrator) {
    return new Demo(DemoWorld.of(seed, images, inUse, time.now()), time, narrator);
  }

  /**
   * Plays the whole story.
   *
   * @param scratch an empty directory for journals and state
   * @return what was counted
   * @throws IOException if the scratch directory or loopback cannot be used
   */
  public DemoResult play(Path scratch) throws IOException {
    say.opening(world);
    Naive naive = naive(fresh(scratch, "naive"));
    Limit limit = limit(fresh(scratch, "limit"));
    long acts = killSwitch(fresh(scratch, "stop"));
    Path room = fresh(scratch, "cleanup");
    Guarded guarded = cleanup(room);
    Proof proof = proof(room.resolve("journal"), scratch.resolve("forged"));
    DemoResult result = new DemoResult(naive, guarded, limit, acts, proof);
    say.closing(result);
    return result;
  }

  private Naive naive(Path room) throws IOException {
    say.scene("The night without Guard");
    say.line(
        "The rule of the nightly job: delete what nobody pulled in 30 days. It saves 200 dollars a month.");
    say.line("Pods run from their nodes' caches, so only young images were pulled lately.");
    try (DemoServers servers = DemoServers.start(world, room)) {
      int before = servers.images().size();
      NaiveRule.run(servers.registry(), world);
      int deleted = before - servers.images().size();
      say.fact(
          "deleted "
              + deleted
              + " of "
              + before
              + " images; nobody was asked, nothing was written down");
      say.line(
          "02:10. Maintenance ends, the node caches were emptied meanwhile: scale shop/api to 3.");
      boolean pulled = servers.canPull(world.api());
      if (pulled) {
        say.good("the image is there");
      } else {
        say.bad(
            "kubelet: pulling " + world.api().name() + ": 404, manifest unknown. The API is down.");
      }
      return new Naive(!pulled, deleted);
    }
  }

  private Limit limit(Path room) throws IOException {
    say.scene("The same night with Guard: a plan, and a limit of 10 %");
    try (DemoServers servers = DemoServers.start(world, room);
        Kit kit = new Kit(servers, room)) {
      int before = servers.images().size();
      CleanupProposal proposal = kit.cleanup.propose();
      Guard guard = kit.guard(BlastRadiusLimit.perPlan(world.images().size()).percent(TEN_PERCENT));
      Plan plan = guard.plan(proposal.selection());
      long would = plan.wouldGo().size();
      for (PlanItem item : plan.items()) {
        if (item.target().scope().endsWith("/" + world.api().repository())
            && world.api().tag().equals(item.target().labels().get("tags"))) {
          say.good(world.api().name() + " stays: " + why(item));
        }
      }
      say.line(
          would
              + " of "
              + plan.items().size()
              + " old images would go, but that is more than 10 % of "
              + before
              + ". Apply it all the same:");
      Report report = guard.apply(plan, kit.cleanup.effect());
      int deleted = before - servers.images().size();
      Optional<Verdict> halted = report.halted();
      halted.ifPresent(verdict -> say.bad("halted: " + verdict.reasons().get(0).sentence()));
      say.fact(
          "deleted "
              + deleted
              + " of "
              + before
              + "; the plan is judged whole before its first act");
      return new Limit(would, before, halted.isPresent(), deleted);
    }
  }

  private long killSwitch(Path room) throws IOException {
    say.scene("Somebody says stop");
    try (DemoServers servers = DemoServers.start(world, room);
        Kit kit = new Kit(servers, room)) {
      BlastRadiusLimit limit = limitForAll();
      say.line(
          "Limits of this scene: "
              + words()
              + ". After deletion number "
              + STOP_AFTER
              + " an operator creates the file STOP.");
      Guard guard = kit.guard(limit);
      Plan plan = guard.plan(kit.cleanup.propose().selection());
      int before = servers.images().size();
      StoppingEffect effect =
          new StoppingEffect(kit.cleanup.effect(), servers, kit.stopFile, before);
      Report report = guard.apply(plan, effect);
      int deleted = before - servers.images().size();
      long after = effect.deletedAtStop < 0 ? 0 : deleted - effect.deletedAtStop;
      report
          .halted()
          .ifPresent(verdict -> say.bad("halted: " + verdict.reasons().get(0).sentence()));
      say.fact(
          "deleted "
              + deleted
              + " of the "
              + plan.wouldGo().size()
              + " planned; after the stop: "
              + after);
      if (effect.deletedAtStop < 0) {
        throw new IllegalStateException("The demo's operator never came to stop the run.");
      }
      return after;
    }
  }

  private Guarded cleanup(Path room) throws IOException {
    say.scene("A real cleanup");
    try (DemoServers servers = DemoServers.start(world, room);
        Kit kit = new Kit(servers, room)) {
      BlastRadiusLimit limit = limitForAll();
      say.line("People read the plan and raised the limits for this one: " + words() + ".");
      int before = servers.images().size();
      CleanupProposal proposal = kit.cleanup.propose();
      Guard guard = kit.guard(limit);
      Plan plan = guard.plan(proposal.selection());
      guard.apply(plan, kit.cleanup.effect());
      Set<String> left = servers.images();
      Map<String, String> reasons = reasons(proposal, plan);
      List<Kept> kept = new ArrayList<>();
      for (String image : left) {
        kept.add(new Kept(image, reasons.getOrDefault(image, "the run did not come to it")));
      }
      int deleted = before - left.size();
      boolean outage = false;
      for (Image image : world.images()) {
        if (image.use().inUse() && !servers.canPull(image)) {
          outage = true;
          say.bad("gone although declared: " + image.name());
        }
      }
      say.fact("deleted " + deleted + " of " + before + ", kept " + left.size() + "; for example");
      examples(kept);
      say.line("02:10. Scale shop/api to 3:");
      if (!outage) {
        say.good(
            "kubelet: pulled "
                + world.api().name()
                + ". Everything that is declared can still be pulled.");
      }
      return new Guarded(outage, deleted, kept);
    }
  }

  private void examples(List<Kept> kept) {
    Map<DemoWorld.Use, Kept> first = new TreeMap<>();
    for (Image image : world.images()) {
      for (Kept one : kept) {
        if (one.image().equals(image.name())) {
          first.putIfAbsent(image.use(), one);
        }
      }
    }
    first.values().forEach(one -> say.kept(one.image(), one.why()));
  }

  private Proof proof(Path journal, Path forged) throws IOException {
    say.scene("The record");
    DemoJournal.Verified verified = DemoJournal.verify(journal);
    say.line(
        "The journal of that cleanup holds "
            + verified.records()
            + " records, each bound to the one before.");
    if (verified.intact()) {
      say.good("intact");
    } else {
      say.bad("damaged: " + verified.finding());
    }
    String change = DemoJournal.forge(journal, forged);
    say.line("In a copy, somebody changes one line: " + change + ".");
    DemoJournal.Verified found = DemoJournal.verify(forged);
    if (found.intact()) {
      say.bad("not noticed");
    } else {
      say.good("found: " + found.finding());
    }
    return new Proof(verified.records(), verified.intact(), !found.intact());
  }

  private BlastRadiusLimit limitForAll() {
    return BlastRadiusLimit.perPlan(world.free()).percent(percentForAll());
  }

  private double percentForAll() {
    return Math.min(99, world.free() * 100 / world.images().size() + 1);
  }

  private String words() {
    return world.free() + " per plan, " + (long) percentForAll() + " % of the registry";
  }

  private static Map<String, String> reasons(CleanupProposal proposal, Plan plan) {
    Map<String, String> reasons = new TreeMap<>();
    proposal
        .inventory()
        .repositories()
        .forEach(
            (repository, graph) ->
                graph
                    .tags()
                    .forEach(
                        (tag, digest) ->
                            proposal
                                .kept()
                                .forEach(
                                    (target, reason) -> {
                                      if (target.id().equals(digest.text())
                                          && target.scope().endsWith("/" + repository)) {
                                        reasons.put(repository + ":" + tag, reason.sentence());
                                      }
                                    })));
    for (PlanItem item : plan.items()) {
      if (!item.wouldGo()) {
        String repository = item.target().labels().getOrDefault("repository", "");
        reasons.put(repository + ":" + item.target().labels().getOrDefault("tags", ""), why(item));
      }
    }
    return reasons;
  }

  private static String why(PlanItem item) {
    return item.verdict().reasons().stream()
        .filter(reason -> !reason.pending())
        .map(reason -> reason.where().map(Demo::place).orElse(reason.sentence()))
        .findFirst()
        .orElse("");
  }

  /** The place without the reference that stands there, which repeats the image's name. */
  private static String place(String where) {
    int reference = where.lastIndexOf(" (");
    return reference > 0 && where.endsWith(")") ? where.substring(0, reference) : where;
  }

  private static Path fresh(Path scratch, String name) throws IOException {
    return Files.createDirectories(scratch.resolve(name));
  }

  /** The library's pieces for one scene. */
  private final class Kit implements AutoCloseable {
    private final Path stopFile;
    private final JournalSink journal;
    private final FileStateStore store;
    private final ClusterConnection cluster;
    private final ImageCleanup cleanup;

    Kit(DemoServers servers, Path room) {
      this.stopFile = room.resolve("STOP");
      this.journal = JournalSink.at(room.resolve("journal"));
      this.store = FileStateStore.at(room.resolve("state"));
      this.cluster = ClusterConnection.open(servers.kubeconfig(), servers.context(), time);
      RegistryClient client = RegistryClient.at(servers.registry()).time(time).build();
      CleanupPolicy policy =
          CleanupPolicy.over(
                  RepositoryPatterns.of(List.of("*")), AgeSource.CREATED, DemoWorld.AT_LEAST)
              .protectTags(List.of(DemoWorld.PROTECTED));
      this.cleanup =
          ImageCleanup.of(
              InventoryReader.of(client, policy.repositories()),
              policy,
              ImageNames.of(client.host()),
              store,
              time);
    }

    Guard guard(BlastRadiusLimit limit) {
      return Guard.named("demo")
          .dryRun(DryRun.unless(true, variable -> null))
          .killSwitch(KillSwitch.file(stopFile))
          .blastRadius(limit)
          .inUse(InUseCheck.of(cleanup.interpreter(), List.of(ClusterReferences.of(cluster)), time))
          .audit(journal)
          .state(store)
          .actor("the nightly job")
          .time(time)
          .build();
    }

    @Override
    public void close() {
      cluster.close();
      journal.close();
    }
  }

  /**
   * Deletes as the library does, and plays the operator who creates the stop file while deletion
   * number three is in flight.
   */
  private static final class StoppingEffect implements PlanEffect {
    private final PlanEffect real;
    private final DemoServers servers;
    private final Path stopFile;
    private final int before;
    private int deletedAtStop = -1;

    StoppingEffect(PlanEffect real, DemoServers servers, Path stopFile, int before) {
      this.real = real;
      this.servers = servers;
      this.stopFile = stopFile;
      this.before = before;
    }

    @Override
    public Verdict probe(Plan plan) throws Exception {
      return real.probe(plan);
    }

    @Override
    public Optional<dev.guard.Fingerprint> fingerprint(PlanItem item) throws Exception {
      return real.fingerprint(item);
    }

    @Override
    public void act(PermittedItem item) throws Exception {
      real.act(item);
      int deleted = before - servers.images().size();
      if (deleted == STOP_AFTER && deletedAtStop < 0) {
        try {
          Files.writeString(stopFile, "stopped by the operator of the story\n");
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        deletedAtStop = deleted;
      }
    }
  }
}
