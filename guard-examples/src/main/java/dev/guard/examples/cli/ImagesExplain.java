package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.evidence.Evidence;
import dev.guard.evidence.InUseCheck;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.plan.Candidate;
import dev.guard.registry.Answer;
import dev.guard.registry.Reading;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.cleanup.CleanupProposal;
import dev.guard.registry.cleanup.ImageCleanup;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.reference.ImageReference;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code guard images explain}. */
@Command(
    name = "explain",
    description = {
      "Says of one image whether it would go, and why.",
      "Names who uses it, which rule keeps it, and what cannot be told. Reads only; limits of a whole plan are not part of the answer.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard images explain shop/api:2.7.1",
      "  guard images explain registry.example.com/shop/api@sha256:…",
      "",
      "KEEP      something speaks against it; the reasons say what and where",
      "WOULD_GO  policy chose it and nothing speaks against it",
      "UNKNOWN   it cannot be told, so it stays",
      "",
      "Exit codes: 0 answered, 2 usage or no such image, 3 it cannot be told."
    })
final class ImagesExplain implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Parameters(
      paramLabel = "REF",
      description = "An image: repository:tag or repository@digest, with or without the registry.")
  @SuppressWarnings("NullAway.Init")
  String reference;

  ImagesExplain(Shell shell) {
    this.shell = shell;
  }

  /** What can be said of an image. */
  private enum Decision {
    KEEP,
    WOULD_GO,
    UNKNOWN
  }

  private record Answered(
      String image, @Nullable String digest, Decision decision, List<Reason> reasons) {}

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    try (Session session = Session.open(shell, config);
        Progress progress = new Progress(shell, common.json)) {
      ImageArgument argument = ImageArgument.parse(reference, session);
      ImageReference image = argument.image();
      String repository = argument.repository();
      progress.says("asking registry and clusters");
      session.preflight(false);
      String tagOrDigest =
          image
              .digest()
              .map(ContentDigest::text)
              .orElseGet(() -> image.effectiveTag().orElse("latest"));
      Reading<ContentDigest> now = session.registry().head(repository, tagOrDigest);
      String shown = repository + (image.digest().isPresent() ? "@" : ":") + tagOrDigest;
      if (now.answer() == Answer.ABSENT && image.digest().isEmpty()) {
        Reading<List<String>> tags = session.registry().tags(repository);
        if (tags.isPresent() && tags.get().contains(tagOrDigest)) {
          return show(dangling(shown));
        }
      }
      if (now.answer() == Answer.ABSENT) {
        throw new CommandException(
            Exit.USAGE,
            "There is no image "
                + shown
                + " in "
                + session.registry().host()
                + "; 'guard images check' says whether anything needs it.");
      }
      if (!now.isPresent()) {
        return show(
            new Answered(
                shown,
                null,
                Decision.UNKNOWN,
                List.of(Reason.of("registry", "unreadable", sentence(now.detail())))));
      }
      progress.says("reading registry and clusters");
      Answered answered = answer(session, repository, shown, now.get());
      progress.ends();
      return show(answered);
    }
  }

  private static Answered dangling(String shown) {
    return new Answered(
        shown,
        null,
        Decision.UNKNOWN,
        List.of(
            Reason.of(
                "registry",
                "dangling",
                "The registry lists the tag, but has no manifest for it; 'guard images check' says whether anything needs it.")));
  }

  private Answered answer(Session session, String repository, String shown, ContentDigest digest) {
    ImageCleanup cleanup = session.cleanup(new LookOnlyStore(session.store()));
    CleanupProposal proposal = cleanup.propose();
    Target target = target(session, proposal, repository, digest);
    List<Reason> reasons = new ArrayList<>();
    boolean unknown = false;
    boolean candidate = false;
    String because = proposal.selection().because();
    for (Candidate one : proposal.selection().candidates()) {
      if (one.target().equals(target)) {
        candidate = true;
        target = one.target();
        because = one.because().isEmpty() ? because : one.because();
      }
    }
    Reason kept = proposal.kept().get(target);
    if (kept != null) {
      reasons.add(kept);
    } else if (!candidate) {
      unknown = proposal.inventory().unread().containsKey(repository);
      reasons.add(notProposed(proposal, repository));
    }
    InUseCheck inUse = session.inUse(cleanup);
    Verdict listed = inUse.refresh();
    Intent intent = Intent.of(RegistryClient.DELETE, target).because(because);
    Verdict said = session.protection().review(intent).and(inUse.review(intent));
    for (Reason reason : said.and(listed).reasons()) {
      boolean unsure =
          reason.code().equals(InUseCheck.UNKNOWN)
              || reason.code().equals(Reason.EVIDENCE_INCOMPLETE);
      if (unsure && !candidate && kept != null) {
        continue;
      }
      unknown |= unsure;
      reasons.add(reason);
    }
    boolean used = inUse.explain(target) instanceof Evidence.InUse;
    Decision decision =
        used || kept != null || (!candidate && !unknown)
            ? Decision.KEEP
            : unknown ? Decision.UNKNOWN : reasons.isEmpty() ? Decision.WOULD_GO : Decision.KEEP;
    if (decision == Decision.WOULD_GO) {
      reasons.add(Reason.pending("policy", "selected", sentence(because)));
    }
    return new Answered(shown, digest.text(), decision, reasons);
  }

  private static Target target(
      Session session, CleanupProposal proposal, String repository, ContentDigest digest) {
    Target target = session.registry().target(repository, digest);
    String tags =
        proposal
            .inventory()
            .repository(repository)
            .map(graph -> String.join(",", graph.tagsOf(digest)))
            .orElse("");
    return tags.isEmpty() || tags.length() > Target.MAX_LENGTH ? target : target.with("tags", tags);
  }

  /** Why an image is neither a candidate nor kept by the policy. */
  private static Reason notProposed(CleanupProposal proposal, String repository) {
    String why = proposal.inventory().unread().get(repository);
    if (why != null) {
      return Reason.of("registry", "unread", sentence("The repository could not be read: " + why));
    }
    return Reason.of(
        "policy",
        "not-selected",
        proposal.inventory().repository(repository).isPresent()
            ? "No tag of the repository leads to it."
            : "policy.repositories does not name its repository.");
  }

  private static String sentence(String text) {
    return text.isBlank() ? "No reason was given." : text.endsWith(".") ? text : text + ".";
  }

  private int show(Answered answered) {
    Exit exit = answered.decision() == Decision.UNKNOWN ? Exit.UNREADABLE : Exit.CLEAN;
    if (common.json) {
      ObjectNode json = Json.object();
      json.put("image", answered.image());
      json.put("digest", answered.digest());
      json.put("decision", answered.decision().name());
      json.set("reasons", Output.json(answered.reasons()));
      shell.out().println(Json.line(json));
      return exit.code();
    }
    PrintStream out = shell.out();
    Style style = shell.style();
    String word =
        answered.decision() == Decision.KEEP
            ? style.good("KEEP")
            : answered.decision() == Decision.WOULD_GO
                ? style.bold("WOULD GO")
                : style.warn("UNKNOWN, so it stays");
    out.println(word + "  " + style.bold(Text.clean(answered.image())));
    if (answered.digest() != null) {
      out.println(style.dim("  " + Text.clean(answered.digest())));
    }
    for (Reason reason : answered.reasons()) {
      String where = reason.where().orElse("");
      out.println(
          "  " + style.dim(Text.clean(reason.safeguard()) + "  ") + Text.clean(reason.sentence()));
      if (!where.isEmpty() && !reason.sentence().contains(where)) {
        out.println("    " + style.good(Text.clean(where)));
      }
    }
    return exit.code();
  }
}
