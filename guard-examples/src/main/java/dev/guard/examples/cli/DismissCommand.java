package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.soak.Shadow;
import dev.guard.soak.Shadow.FalsePositive;
import dev.guard.state.StateStore;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code guard dismiss}. */
@Command(
    name = "dismiss",
    description = {
      "Says that a false positive of the shadow is understood.",
      "'guard status' names it: what would have gone, and was needed or objected to later. Clean runs are counted again, from none.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard dismiss registry.example.com/team/app@sha256:4f… --why 'a rollback, now protected'",
      "",
      "Exit codes: 0 dismissed, 2 usage, no shadow or no such false positive, 4 it could not be kept."
    })
final class DismissCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Mixin final Statement statement = new Statement();

  @Parameters(
      paramLabel = "TARGET",
      description = "What would have gone, as 'guard status' names it.")
  @SuppressWarnings("NullAway.Init")
  String target;

  DismissCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    String who = statement.who(shell);
    String why = statement.why();
    if (config.people().shadow() == 0) {
      throw new CommandException(
          Exit.USAGE, "This configuration has no shadow. Set shadow, for example to 5.");
    }
    try (KeptState state = KeptState.open(shell, config)) {
      Shadow shadow = shadow(config, state.store());
      Target found = found(shadow);
      // Noted before it counts; whoever owns the journal next appends it.
      new HumanNotes(state.store(), config.name())
          .add("dismiss-false-positive", who, name(found) + ": " + why, shell.time().now());
      shadow.dismiss(found);
      show(found, shadow.status(), who, why);
    }
    return Exit.CLEAN.code();
  }

  private Target found(Shadow shadow) {
    for (FalsePositive one : shadow.status().falsePositives()) {
      if (name(one.target()).equals(target)) {
        return one.target();
      }
    }
    throw new CommandException(
        Exit.USAGE,
        "There is no false positive '" + Text.clean(target) + "'. 'guard status' names them.");
  }

  private void show(Target found, Shadow.Status now, String who, String why) {
    if (common.json) {
      ObjectNode json = Json.object();
      json.put("target", name(found)).put("who", who).put("why", why);
      json.put("shadow", text(now));
      shell.out().println(Json.line(json));
    } else {
      shell
          .out()
          .println(
              shell.style().good("Dismissed")
                  + "  "
                  + Text.clean(name(found))
                  + "; "
                  + Text.clean(text(now))
                  + ".");
    }
  }

  private static Shadow shadow(GuardConfig config, StateStore store) {
    return Shadow.cleanRuns(config.people().shadow())
        .bind(config.name(), store, Optional::empty, false);
  }

  private static String name(Target target) {
    return target.scope() + "@" + target.id();
  }

  /** How far the guard of a configuration is; null if it has no shadow. */
  static @Nullable String shown(GuardConfig config, StateStore store) {
    if (config.people().shadow() == 0) {
      return null;
    }
    try {
      return text(shadow(config, store).status());
    } catch (StateException fault) {
      return "cannot be read, so it is a dry run";
    }
  }

  private static String text(Shadow.Status now) {
    StringBuilder text =
        new StringBuilder()
            .append(now.clean())
            .append(" of ")
            .append(now.needed())
            .append(now.needed() == 1 ? " clean run" : " clean runs");
    String separator = ", " + Text.count(now.falsePositives().size(), "false positive") + ": ";
    for (FalsePositive one : now.falsePositives()) {
      text.append(separator).append(name(one.target())).append(' ').append(one.what());
      separator = "; ";
    }
    now.graduated().ifPresent(at -> text.append(", graduated at ").append(Text.minute(at)));
    return text.toString();
  }
}
