package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.registry.cleanup.ImageCheck;
import dev.guard.registry.cleanup.ImageFinding;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code guard images check}. */
@Command(
    name = "check",
    description = {
      "Looks for images that are deployed but missing: time bombs.",
      "Such an image is declared somewhere, also at zero replicas, but the registry no longer holds it completely. Such a workload runs until its next start. Reads only.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard images check",
      "  guard images check --json | jq '.findings[] | select(.severity == \"HIGH\")'",
      "",
      "MISSING       asked three times with proven credentials: it is not there",
      "BROKEN_INDEX  the index is there, a child is not",
      "BROKEN_BLOBS  the manifest is there, a blob is not",
      "UNKNOWN       it cannot be told; never taken for missing",
      "",
      "Exit codes: 0 all there, 1 found something, 2 usage, 3 nothing found, but not everything could be read."
    })
final class ImagesCheck implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Option(
      names = "--confirm-after",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description =
          "How long to wait before asking again for what looks missing; default ${DEFAULT-VALUE}.")
  int confirmAfter;

  ImagesCheck(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    if (confirmAfter < 0 || confirmAfter > 600) {
      throw new CommandException(Exit.USAGE, "--confirm-after is from 0 to 600 seconds.");
    }
    GuardConfig config = common.read(shell);
    try (Session session = Session.open(shell, config);
        Progress progress = new Progress(shell, common.json)) {
      progress.says("asking registry and clusters");
      session.preflight(false);
      List<Reference> references = new ArrayList<>();
      List<String> gaps = new ArrayList<>();
      for (ReferenceSource source : session.sources()) {
        progress.says("reading " + source.name());
        ReferenceSnapshot snapshot = source.read();
        references.addAll(snapshot.references());
        if (snapshot instanceof ReferenceSnapshot.Incomplete) {
          gaps.addAll(((ReferenceSnapshot.Incomplete) snapshot).gaps());
        }
      }
      progress.says("asking the registry for every declared image");
      ImageCheck.Result result =
          ImageCheck.of(session.registry(), session.names())
              .confirming(shell.time(), Duration.ofSeconds(confirmAfter))
              .check(references);
      progress.ends();
      boolean complete = result.complete() && gaps.isEmpty();
      if (common.json) {
        json(result, complete, gaps);
      } else {
        text(result, complete, gaps);
      }
      return (!result.findings().isEmpty() ? Exit.FOUND : complete ? Exit.CLEAN : Exit.UNREADABLE)
          .code();
    }
  }

  private void json(ImageCheck.Result result, boolean complete, List<String> gaps) {
    ObjectNode json = Json.object();
    json.put("complete", complete);
    ArrayNode findings = json.putArray("findings");
    for (ImageFinding finding : result.findings()) {
      ObjectNode one = findings.addObject();
      one.put("class", finding.kind().name());
      one.put("reference", finding.reference());
      one.put("digest", finding.digest().map(digest -> digest.text()).orElse(null));
      ArrayNode where = one.putArray("where");
      finding.where().forEach(where::add);
      one.put("severity", finding.severity().name());
    }
    gaps.forEach(gap -> shell.err().println("guard: not read: " + Text.clean(gap)));
    shell.out().println(Json.line(json));
  }

  private void text(ImageCheck.Result result, boolean complete, List<String> gaps) {
    PrintStream out = shell.out();
    Style style = shell.style();
    for (ImageFinding finding : result.findings()) {
      boolean high = finding.severity() == ImageFinding.Severity.HIGH;
      out.println(
          (high ? style.bad(finding.kind().name()) : style.warn(finding.kind().name()))
              + "  "
              + style.bold(Text.clean(finding.reference())));
      out.println("  " + Text.clean(finding.detail()));
      for (String where : finding.where()) {
        out.println("  " + style.dim("declared by ") + Text.clean(where));
      }
      if (finding.total() > finding.where().size()) {
        out.println(
            style.dim("  … and at " + (finding.total() - finding.where().size()) + " more places"));
      }
      out.println();
    }
    for (String gap : gaps) {
      out.println(style.warn("Not read  ") + Text.clean(gap));
    }
    String asked =
        Text.count(result.checked(), "declared image")
            + " asked for, "
            + result.elsewhere()
            + " of other registries left alone"
            + hosts(result.hosts());
    if (!result.findings().isEmpty()) {
      out.println(style.bad(Text.count(result.findings().size(), "finding")) + "  " + asked);
      boolean lost =
          result.findings().stream().anyMatch(one -> one.kind() != ImageFinding.Kind.UNKNOWN);
      out.println(
          style.bold(Next.WORD)
              + (lost
                  ? "push what is missing again before anything restarts"
                  : "mend what kept the registry from answering, then check again"));
    } else if (complete) {
      out.println(style.good("All there") + "  " + asked);
    } else {
      String why =
          result.checked() == 0 && result.elsewhere() > 0
              ? "no reference names this registry; is an alias missing in registry.aliases? "
              : "nothing found, but not everything could be read; ";
      out.println(style.warn("Incomplete") + "  " + why + asked);
    }
  }

  private static String hosts(List<String> hosts) {
    if (hosts.isEmpty()) {
      return "";
    }
    String shown = Text.clean(String.join(", ", hosts.subList(0, Math.min(5, hosts.size()))));
    return " (" + shown + (hosts.size() > 5 ? ", …" : "") + ")";
  }
}
