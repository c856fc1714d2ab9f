package dev.guard.examples.cli;

import dev.guard.Digest;
import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.GuardConfigurationException;
import dev.guard.GuardListener;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.audit.AuditSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.evidence.Acknowledgement;
import dev.guard.evidence.InUseCheck;
import dev.guard.evidence.ReferenceSource;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.config.GuardConfig.AcknowledgedPart;
import dev.guard.examples.config.GuardConfig.ClusterPart;
import dev.guard.examples.config.GuardConfig.ConfigMapPart;
import dev.guard.examples.config.GuardConfig.CredentialsPart;
import dev.guard.examples.config.GuardConfig.PolicyPart;
import dev.guard.examples.config.GuardConfig.StagePart;
import dev.guard.examples.report.PlanView;
import dev.guard.examples.report.Text;
import dev.guard.k8s.ClusterConnection;
import dev.guard.k8s.ClusterReferences;
import dev.guard.k8s.ConfigMapSwitch;
import dev.guard.killswitch.KillSwitch;
import dev.guard.plan.Approvals;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Selection;
import dev.guard.protection.Protection;
import dev.guard.registry.Answer;
import dev.guard.registry.Credentials;
import dev.guard.registry.Reading;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.cleanup.AgeSource;
import dev.guard.registry.cleanup.CleanupPolicy;
import dev.guard.registry.cleanup.CleanupProposal;
import dev.guard.registry.cleanup.ImageCleanup;
import dev.guard.registry.cleanup.ImageNames;
import dev.guard.registry.cleanup.ImageRestore;
import dev.guard.registry.inventory.InventoryReader;
import dev.guard.registry.inventory.RepositoryPatterns;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.rollout.RolloutStatus;
import dev.guard.rollout.Stage;
import dev.guard.rollout.StagedRollout;
import dev.guard.soak.Shadow;
import dev.guard.soak.Soak;
import dev.guard.state.StateStore;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything a configuration points at, opened: registry, clusters, switch, state. Closed by
 * whoever opened it.
 */
final class Session implements AutoCloseable {
  private static final String TAGS = "tags";

  private final Shell shell;
  private final GuardConfig config;
  private final Map<String, ClusterConnection> connections = new LinkedHashMap<>();
  private final KeptState state;
  private final RegistryClient registry;
  private final ImageNames names;
  private final KillSwitch killSwitch;
  private final Vouching vouching = new Vouching();
  private final People people;

  private Session(Shell shell, GuardConfig config) {
    this.shell = shell;
    this.config = config;
    this.registry =
        RegistryClient.at(config.registry().url())
            .credentials(credentials())
            .time(shell.time())
            .build();
    this.names =
        ImageNames.of(registry.host())
            .aliases(config.registry().aliases())
            .mirrors(config.registry().mirrors());
    try {
      for (ClusterPart cluster : config.clusters()) {
        connect(cluster.context());
      }
      this.killSwitch = openSwitch();
      this.people = People.of(this, config.voices(), this::connect);
      this.state = KeptState.open(shell, config);
    } catch (RuntimeException e) {
      connections.values().forEach(ClusterConnection::close);
      throw e;
    }
  }

  static Session open(Shell shell, GuardConfig config) {
    return new Session(shell, config);
  }

  GuardConfig config() {
    return config;
  }

  StateStore store() {
    return state.store();
  }

  KeptState state() {
    return state;
  }

  People people() {
    return people;
  }

  RegistryClient registry() {
    return registry;
  }

  ImageNames names() {
    return names;
  }

  KillSwitch killSwitch() {
    return killSwitch;
  }

  private Credentials credentials() {
    CredentialsPart part = config.registry().credentials();
    if (part instanceof CredentialsPart.None) {
      return Credentials.none();
    }
    if (part instanceof CredentialsPart.Basic) {
      CredentialsPart.Basic basic = (CredentialsPart.Basic) part;
      try {
        return Credentials.basic(
            basic.username().fetch(shell.environment()),
            basic.password().fetch(shell.environment()));
      } catch (IllegalArgumentException e) {
        throw new GuardConfigurationException(
            "The registry's user holds a ':' or its password is empty. Check what "
                + basic.username()
                + " and "
                + basic.password()
                + " hold.");
      }
    }
    String directory = shell.environment().getOrDefault("DOCKER_CONFIG", "");
    Path folder =
        directory.isEmpty() ? home(shell).resolve(".docker") : shell.resolve(Path.of(directory));
    return Credentials.docker(folder.resolve("config.json"));
  }

  private static Path home(Shell shell) {
    return Path.of(shell.environment().getOrDefault("HOME", System.getProperty("user.home", "/")));
  }

  private ClusterConnection connect(String context) {
    return connections.computeIfAbsent(
        context, name -> ClusterConnection.open(kubeconfig(shell, config), name, shell.time()));
  }

  static Path kubeconfig(Shell shell, GuardConfig config) {
    String ours = shell.environment().getOrDefault("GUARD_KUBECONFIG", "");
    if (!ours.isEmpty()) {
      return shell.resolve(Path.of(ours));
    }
    Path named = config.kubeconfig();
    if (named != null) {
      return named;
    }
    String theirs = shell.environment().getOrDefault("KUBECONFIG", "");
    return theirs.isEmpty()
        ? home(shell).resolve(".kube").resolve("config")
        : shell.resolve(Path.of(theirs));
  }

  private KillSwitch openSwitch() {
    KillSwitch file = KillSwitch.file(config.killSwitch().file());
    ConfigMapPart map = config.killSwitch().configMap();
    if (map == null) {
      return file;
    }
    ConfigMapSwitch source;
    try {
      source = ConfigMapSwitch.at(connect(map.context()), map.namespace(), map.name());
    } catch (IllegalArgumentException e) {
      throw new GuardConfigurationException(
          "The switch's ConfigMap has a namespace or a name that Kubernetes does not allow.");
    }
    return KillSwitch.anyOf(file, KillSwitch.from(source, Duration.ofSeconds(1)));
  }

  /**
   * Whether registry and clusters answer and take the credentials; nothing is concluded from more
   * than that.
   */
  void preflight(boolean clustersMustAnswer) {
    Reading<String> ping = registry.ping();
    if (ping.answer() == Answer.DENIED) {
      throw new CommandException(
          Exit.USAGE,
          "The registry "
              + config.registry().url()
              + " rejects the credentials; check registry.credentials. "
              + ping.detail());
    }
    if (!ping.isPresent()) {
      throw new CommandException(
          Exit.UNREADABLE,
          "The registry "
              + config.registry().url()
              + " cannot be reached; check registry.url and the network. "
              + ping.detail());
    }
    for (ClusterConnection connection : connections.values()) {
      ClusterConnection.Preflight ready = connection.preflight();
      if (ready.access() == ClusterConnection.Access.CREDENTIALS_REJECTED) {
        throw new CommandException(Exit.USAGE, ready.sentence());
      }
      if (clustersMustAnswer && ready.access() == ClusterConnection.Access.UNREACHABLE) {
        throw new CommandException(
            Exit.UNREADABLE, ready.sentence() + " Nothing may go without its evidence.");
      }
    }
  }

  /** One source per configured cluster, without what people vouched for. */
  List<ReferenceSource> sources() {
    List<Acknowledgement> words = words();
    List<ReferenceSource> sources = new ArrayList<>();
    for (ClusterPart cluster : config.clusters()) {
      ClusterReferences references = ClusterReferences.of(connect(cluster.context()));
      sources.add(
          new AcknowledgedSource(
              cluster.expectedUid().map(references::uid).orElse(references),
              words,
              shell.time(),
              vouching));
    }
    return sources;
  }

  private List<Acknowledgement> words() {
    List<Acknowledgement> words = new ArrayList<>();
    for (AcknowledgedPart part : config.acknowledged()) {
      words.add(
          new Acknowledgement(part.place(), part.sha256(), part.who(), part.why(), part.until()));
    }
    return words;
  }

  /** What is known once everything was read and judged. */
  private Map<String, String> judged(Selection selection, List<Target> going) {
    Map<String, String> facts = new TreeMap<>(selection.facts(going));
    facts.putAll(vouching.facts(PlanView.NOTE, words(), shell.time().now()));
    return facts;
  }

  CleanupPolicy policy() {
    PolicyPart part = config.policy();
    List<ContentDigest> digests = new ArrayList<>();
    part.protectDigests().forEach(digest -> digests.add(new ContentDigest(digest.text())));
    return CleanupPolicy.over(
            RepositoryPatterns.of(part.repositories()),
            AgeSource.of(part.ageFrom().word()),
            part.atLeast())
        .keepLast(part.keepLast())
        .protectTags(part.protectTags())
        .protectLabels(part.protectLabels())
        .protectDigests(digests);
  }

  ImageCleanup cleanup(StateStore sights) {
    CleanupPolicy policy = policy();
    return ImageCleanup.of(
        InventoryReader.of(registry, policy.repositories()), policy, names, sights, shell.time());
  }

  InUseCheck inUse(ImageCleanup cleanup) {
    return InUseCheck.of(cleanup.interpreter(), sources(), shell.time())
        .maxAge(config.evidence().maxAge());
  }

  /** What may never go, and the policy's own identity: a plan is void when either changes. */
  Protection protection() {
    PolicyPart part = config.policy();
    Protection protection =
        Protection.ids(part.protectDigests().stream().map(digest -> digest.text()).toList());
    for (String glob : part.protectTags()) {
      RepositoryPatterns pattern = RepositoryPatterns.of(List.of(glob));
      protection =
          protection.or(
              Protection.when(
                  "a tag of it matches " + glob,
                  glob,
                  target -> tags(target).stream().anyMatch(pattern::matches),
                  Target.of("tripwire", "tripwire", "tripwire").with(TAGS, glob)));
    }
    return protection.or(
        Protection.when(
            "it is no image of "
                + registry.host()
                + ", for which policy "
                + policy().protection().text()
                + " and its other names "
                + Digest.of(
                        config.registry().aliases()
                            + " "
                            + new TreeMap<>(config.registry().mirrors()))
                    .text()
                + " are",
            "1",
            target ->
                !target.kind().equals(RegistryClient.KIND)
                    || !target.scope().startsWith(registry.host() + "/"),
            Target.of("tripwire", "tripwire", "tripwire")));
  }

  /**
   * An untagged manifest has none; a list that was cut cannot be judged, and what cannot be judged
   * is protected.
   */
  private static List<String> tags(Target target) {
    String tags = target.labels().getOrDefault(TAGS, "");
    if (tags.endsWith("…")) {
      throw new IllegalStateException("More tags than the plan holds.");
    }
    return tags.isEmpty() ? List.of() : List.of(tags.split(",", -1));
  }

  /** The guard of an undo: what puts things back needs no evidence that nobody uses them. */
  Guard restoring(
      ImageRestore restore,
      boolean execute,
      String actor,
      AuditSink journal,
      GuardListener listener) {
    return Guard.named(config.name())
        .dryRun(DryRun.unless(execute, variable -> shell.environment().get(variable)))
        .killSwitch(killSwitch)
        .unlimited("an undo is bounded by what its run deleted")
        .continueAfterFailures()
        .reconciler(restore.reconciler())
        .audit(journal)
        .state(store())
        .time(shell.time())
        .actor(actor)
        .listener(listener)
        .build();
  }

  /** The guard; whoever applies a plan says what was said of it when it was made. */
  Guard guard(
      boolean execute,
      Verdict planned,
      String actor,
      AuditSink journal,
      ImageCleanup cleanup,
      GuardListener listener) {
    GuardConfig.LimitsPart limits = config.limits();
    GuardBuilder guard = Guard.named(config.name());
    Duration wait = config.people().soak();
    if (wait != null) {
      guard.soak(Soak.of(wait).objectionsFrom(people::objections));
    }
    if (rollout().isPresent()) {
      guard.rollout(stages(config, registry.host()));
    }
    if (config.people().shadow() > 0) {
      guard.shadow(Shadow.cleanRuns(config.people().shadow()));
    }
    BlastRadiusLimit limit =
        BlastRadiusLimit.perPlan(limits.perPlan())
            .percent(limits.percent())
            .per(Duration.ofDays(1), limits.perDay())
            .in(store());
    return guard
        .approvals(approvals(config).alsoFrom(() -> people.approvals(shell.time().now())))
        .dryRun(DryRun.unless(execute, variable -> shell.environment().get(variable)))
        .killSwitch(killSwitch)
        .blastRadius(
            limits.timesUsual() == 0 ? limit : limit.noMoreThanTimesUsual(limits.timesUsual()))
        .protection(protection())
        .inUse(inUse(cleanup))
        .safeguard(new AsPlanned(planned))
        .audit(journal)
        .state(store())
        .reconciler(cleanup.reconciler())
        .time(shell.time())
        .actor(actor)
        .listener(listener)
        .build();
  }

  /** The stages of a configuration; one that names none has one of everything. */
  static StagedRollout stages(GuardConfig config, String host) {
    List<Stage> stages = new ArrayList<>();
    for (StagePart part : config.stages()) {
      Stage stage = Stage.named(part.name()).bake(part.bake());
      if (!part.repositories().isEmpty()) {
        RepositoryPatterns patterns = RepositoryPatterns.of(part.repositories());
        String beginning = host + "/";
        for (String pattern : patterns.patterns()) {
          RepositoryPatterns one = RepositoryPatterns.of(List.of(pattern));
          stage =
              stage.when(
                  "repository " + pattern,
                  target ->
                      target.scope().startsWith(beginning)
                          && one.matches(target.scope().substring(beginning.length())));
        }
      }
      stages.add(stage);
    }

    if (stages.isEmpty()) {
      stages.add(Stage.named("all"));
    }
    return StagedRollout.of(stages);
  }

  /**
   * The stages, with what the state knows of them; empty if a plan goes at once. Stages that are no
   * longer configured while a rollout is under way are missed, as changed ones are.
   */
  Optional<StagedRollout> rollout() {
    StagedRollout stages =
        stages(config, registry.host()).bind(config.name(), store(), shell.time(), Optional::empty);
    boolean needed =
        !config.stages().isEmpty() || stages.status().filter(RolloutStatus::active).isPresent();
    return needed ? Optional.of(stages) : Optional.empty();
  }

  static Approvals approvals(GuardConfig config) {
    int people = config.people().approvals();
    return people == 0 ? Approvals.onlyOverLimit() : Approvals.by(people);
  }

  /** The proposal's selection, with what reviewers should know besides. */
  Selection selection(CleanupProposal proposal) {
    Map<String, String> facts = new TreeMap<>(proposal.selection().facts());
    GuardConfig.LimitsPart limits = config.limits();
    facts.put(PlanView.PER_PLAN, String.valueOf(limits.perPlan()));
    facts.put(
        PlanView.PERCENT,
        BigDecimal.valueOf(limits.percent()).stripTrailingZeros().toPlainString());
    facts.put(PlanView.PER_DAY, String.valueOf(limits.perDay()));
    if (limits.timesUsual() > 0) {
      facts.put(PlanView.TIMES_USUAL, String.valueOf(limits.timesUsual()));
    }
    facts.put(
        PlanView.CLUSTERS,
        String.join(
            ", ",
            config.clusters().stream()
                .map(one -> one.context() + (one.uid() == null ? "" : " (uid checked)"))
                .toList()));
    Map<String, Long> kept = new TreeMap<>();
    proposal.kept().values().forEach(reason -> kept.merge(reason.code(), 1L, Long::sum));
    kept.forEach((code, count) -> facts.put(PlanView.KEPT + code, String.valueOf(count)));
    facts.putAll(PolicyKeeps.facts(proposal));
    Selection selection = proposal.selection();
    Selection.Draft draft =
        Selection.ofCandidates(selection.action(), selection.candidates())
            .unread(selection.unread())
            .facts(facts)
            .factsOnceJudged(going -> judged(selection, going));
    selection.population().ifPresent(draft::outOf);
    return draft.because(because());
  }

  private String because() {
    PolicyPart part = config.policy();
    return "older than "
        + Text.length(part.atLeast())
        + " ("
        + part.ageFrom().word()
        + ")"
        + (part.keepLast() == 0 ? "" : ", not among the newest " + part.keepLast())
        + ", in "
        + String.join(", ", part.repositories());
  }

  /** What can be said of a plan file before anybody is asked. */
  void accept(Plan plan, Path file, Instant now) {
    String again = " Make a new one with 'guard images plan -o " + file + "'.";
    if (!plan.header().guard().equals(config.name())) {
      throw new CommandException(
          Exit.USAGE,
          "The plan "
              + file
              + " was made by guard '"
              + plan.header().guard()
              + "', but this configuration is '"
              + config.name()
              + "'."
              + again);
    }
    boolean kept = rollout().filter(stages -> stages.keeps(plan)).isPresent();
    if (!now.isBefore(plan.header().expires()) && !kept) {
      throw new CommandException(
          Exit.USAGE, "The plan " + file + " expired at " + plan.header().expires() + "." + again);
    }
    for (PlanItem item : plan.items()) {
      boolean ours =
          item.target().kind().equals(RegistryClient.KIND)
              && item.target().scope().startsWith(registry.host() + "/")
              && plan.header().action().equals(RegistryClient.DELETE);
      if (!ours) {
        throw new CommandException(
            Exit.USAGE,
            "The plan "
                + file
                + " is for "
                + item.target().scope()
                + ", but this configuration's registry is "
                + registry.host()
                + "."
                + again);
      }
    }
  }

  /** Whose word about unparseable references counts now. */
  List<RunJournal.Vouched> vouched(Instant now) {
    return config.acknowledged().stream()
        .filter(part -> now.isBefore(part.until()))
        .map(
            part ->
                new RunJournal.Vouched(
                    part.who(),
                    part.place()
                        + " "
                        + part.sha256()
                        + " until "
                        + part.until()
                        + ": "
                        + part.why()))
        .toList();
  }

  @Override
  public void close() {
    state.close();
    connections.values().forEach(ClusterConnection::close);
  }
}
