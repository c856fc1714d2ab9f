package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Target;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.registry.Answer;
import dev.guard.registry.Reading;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.soak.Soak;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guard plan object}. */
@Command(
    name = "object",
    description = {
      "Says no to one image: it stays while the objection holds.",
      "Counts at once and for every plan. The wait of the image goes on, so it may go as soon as the objection is withdrawn or over.",
      "A tag is looked up now; the objection is to the digest it names. With a digest the registry is not asked.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard plan object shop/api:2.7.1 --why 'needed for the audit'",
      "  guard plan object shop/api@sha256:… --why 'needed for the audit' --until 2026-12-31",
      "  guard plan object shop/api@sha256:… --why 'the audit is over' --withdraw",
      "",
      "Exit codes: 0 noted, 2 usage, no such image or no soak, 3 the registry cannot be read, 4 it could not be kept."
    })
final class PlanObject implements Callable<Integer> {
  private static final Duration LONGEST = Duration.ofDays(3660);

  private final Shell shell;

  @Mixin final Common common = new Common();

  @Mixin final Statement statement = new Statement();

  @Parameters(
      paramLabel = "REF",
      description = "An image: repository:tag or repository@digest, with or without the registry.")
  @SuppressWarnings("NullAway.Init")
  String reference;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "When it ends, as 2026-12-31 or 2026-12-31T08:00:00Z; else when withdrawn.")
  @Nullable String until;

  @Option(names = "--withdraw", description = "Lift every objection to the image instead.")
  boolean withdraw;

  PlanObject(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    Duration wait = config.people().soak();
    if (wait == null) {
      throw new CommandException(
          Exit.USAGE,
          "This configuration has no soak, so an objection would keep nothing. Set soak, or name the image in policy.protect.");
    }
    String who = statement.who(shell);
    String why = statement.why();
    Instant end = end();
    try (Session session = Session.open(shell, config)) {
      Target target = target(session);
      Soak soak = Soak.of(wait).bind(config.name(), session.store(), shell.time());
      String what = target.scope() + "@" + target.id();
      // Noted before it counts; whoever owns the journal next appends it.
      new HumanNotes(session.store(), config.name())
          .add(
              withdraw ? "withdraw-objections" : "object",
              who,
              what + (end == null ? "" : " until " + end) + ": " + why,
              shell.time().now());
      boolean lifted = withdraw && soak.withdraw(target);
      if (!withdraw) {
        soak.object(target, who, why, end);
      }
      return show(target, who, why, end, lifted);
    }
  }

  private @Nullable Instant end() {
    String text = until;
    if (text == null) {
      return null;
    }
    Instant now = shell.time().now();
    Instant end;
    try {
      end =
          text.length() == 10
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new CommandException(
          Exit.USAGE, "--until must be a time like 2026-12-31 or 2026-12-31T08:00:00Z.");
    }
    if (withdraw || !end.isAfter(now) || end.isAfter(now.plus(LONGEST))) {
      throw new CommandException(
          Exit.USAGE,
          withdraw
              ? "--until says when an objection ends; --withdraw ends it now. Give one of them."
              : "--until must be in the future, and within ten years.");
    }
    return end;
  }

  private Target target(Session session) {
    ImageArgument argument = ImageArgument.parse(reference, session);
    String scope = session.registry().host() + "/" + argument.repository();
    ContentDigest digest = argument.image().digest().orElse(null);
    if (digest != null) {
      return Target.of(RegistryClient.KIND, scope, digest.text());
    }
    String tag = argument.image().effectiveTag().orElse("latest");
    Reading<ContentDigest> now = session.registry().head(argument.repository(), tag);
    if (!now.isPresent()) {
      boolean absent = now.answer() == Answer.ABSENT;
      throw new CommandException(
          absent ? Exit.USAGE : Exit.UNREADABLE,
          absent
              ? "There is no image "
                  + argument.repository()
                  + ":"
                  + tag
                  + " in "
                  + session.registry().host()
                  + "."
              : "What "
                  + argument.repository()
                  + ":"
                  + tag
                  + " is could not be read; name its digest instead. "
                  + now.detail());
    }
    return Target.of(RegistryClient.KIND, scope, now.get().text());
  }

  private int show(Target target, String who, String why, @Nullable Instant end, boolean lifted) {
    if (common.json) {
      ObjectNode json = Json.object();
      json.set("target", Output.json(target));
      json.put("who", who).put("why", why).put("until", end == null ? null : end.toString());
      json.put("withdrawn", withdraw);
      shell.out().println(Json.line(json));
      return Exit.CLEAN.code();
    }
    Style style = shell.style();
    String what = target.scope() + "@" + Text.brief(target.id());
    shell
        .out()
        .println(
            withdraw
                ? (lifted
                    ? style.good("Withdrawn") + "  nobody objects to " + what + " any more."
                    : "Nobody objected to " + what + ".")
                : style.good("Noted")
                    + "  "
                    + what
                    + " stays"
                    + (end == null
                        ? " until it is withdrawn."
                        : " until " + Text.minute(end) + "."));
    return Exit.CLEAN.code();
  }
}
