package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Guard;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Halts;
import dev.guard.examples.report.PlanText;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Table;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.notify.Delivery;
import dev.guard.notify.Notice;
import dev.guard.plan.Announcement;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.registry.cleanup.ImageCleanup;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code guard images announce}. */
@Command(
    name = "announce",
    description = {
      "Tells people what would go, and starts its wait. Deletes nothing.",
      "An image goes only when it was announced, when the soak has passed since, and while nobody objects. Announce daily: what is new begins its wait, what waits goes on waiting.",
      "Without a plan file a plan is made first. Told is what every notifier of 'notify' proves to have; without one what is printed counts as told: pipe it to where people read.",
      "A plan over its limit is announced too, for people may approve it.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard images announce plan.json",
      "  guard images announce | mail -s 'images that will go' team@example.com",
      "",
      "$$GUARD_DRY_RUN tells nobody and starts no wait.",
      "",
      "Exit codes: 0 told, or nothing to tell, 2 usage, an unusable plan or no soak, 3 unreachable, denied or incomplete evidence, 4 stopped or refused, 5 some could not be told."
    })
final class ImagesAnnounce implements Callable<Integer> {
  private static final String OBJECT = "guard plan object REPOSITORY@DIGEST --why '…'";

  private final Shell shell;

  @Mixin final Common common = new Common();

  @Mixin final Person person = new Person();

  @Parameters(
      paramLabel = "PLAN",
      arity = "0..1",
      description = "A file that 'guard images plan -o' wrote.")
  @Nullable Path file;

  private boolean printed;

  ImagesAnnounce(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    Duration wait = config.people().soak();
    if (wait == null) {
      throw new CommandException(
          Exit.USAGE,
          "This configuration has no soak, so nothing waits for an announcement. Set soak, for example to 7d.");
    }
    Channels channels = Channels.open(shell, config);
    String who = person.name(shell);
    Path given = file;
    Plan read = given == null ? null : Plan.read(shell.resolve(given));
    try (Session session = Session.open(shell, config);
        Progress progress = new Progress(shell, common.json)) {
      if (read != null && given != null) {
        session.accept(read, given, shell.time().now());
      }
      progress.says("asking registry and clusters");
      session.preflight(true);
      try (Journal journal = Journal.open(shell, session)) {
        progress.says("reading registry and clusters");
        ImageCleanup cleanup = session.cleanup(session.store());
        Plan plan = read != null ? read : ImagesPlan.make(session, cleanup, who, journal, progress);
        Guard guard = session.guard(true, Verdict.allow(), who, journal.sink(), cleanup, progress);
        progress.ends();
        Announcement told =
            guard.announce(plan, items -> tell(plan, items, wait, config, channels));
        channels.halted("an announcement", told.verdict(), shell.err());
        return show(plan, told, wait);
      }
    }
  }

  /** Told is what every notifier proves; without one, what was printed to a stream that holds. */
  private Set<Target> tell(
      Plan plan, List<PlanItem> items, Duration wait, GuardConfig config, Channels channels) {
    print(items, wait, config);
    if (channels.isEmpty()) {
      Set<Target> all = items.stream().map(PlanItem::target).collect(Collectors.toSet());
      if (common.json) { // what is not printed yet was told to nobody
        print(plan, new Announcement(plan.digest(), items, all, Verdict.allow()));
      }
      return shell.out().checkError() ? Set.of() : all;
    }
    List<Delivery> deliveries =
        channels.send(
            Notice.planned(
                config.name(),
                plan.digest(),
                sentence(items.size(), wait, config),
                items.stream().map(ImagesAnnounce::line).toList(),
                OBJECT));
    for (Delivery delivery : deliveries) {
      if (delivery.proof() != Delivery.Proof.DELIVERED) {
        shell
            .err()
            .println(
                "guard: "
                    + delivery.channel()
                    + " has "
                    + delivery.proven().size()
                    + " of "
                    + Text.count(items.size(), "image")
                    + ": "
                    + Text.clean(delivery.why()));
      }
    }
    return Channels.provenByAll(deliveries);
  }

  private static Notice.Item line(PlanItem item) {
    String tags = item.target().labels().getOrDefault("tags", "");
    return new Notice.Item(item.target(), (tags.isEmpty() ? "" : tags + ": ") + item.because());
  }

  private static String sentence(int many, Duration wait, GuardConfig config) {
    return Text.count(many, "image")
        + (many == 1 ? " goes " : " go ")
        + "in "
        + Text.length(wait)
        + " at the earliest, unless somebody objects or needs it. Guard "
        + config.name()
        + ".";
  }

  private void print(List<PlanItem> items, Duration wait, GuardConfig config) {
    PrintStream out = shell.out();
    if (!common.json) {
      Style style = shell.style();
      out.println(style.bold(sentence(items.size(), wait, config)));
      Table table = new Table("  ", "REPOSITORY", "TAGS", "DIGEST", "BECAUSE").fitted();
      for (PlanItem item : items) {
        Target target = item.target();
        table.row(
            target.scope(),
            target.labels().getOrDefault("tags", ""),
            Text.brief(target.id()),
            item.because());
      }
      table.print(out, style);
      out.println(style.bold("Object   ") + style.command(OBJECT));
    }
  }

  private int show(Plan plan, Announcement told, Duration wait) {
    boolean halted = told.verdict().level() == Verdict.Level.HALT;
    boolean partly = told.verdict().allowed() && told.proven().size() < told.asked().size();
    Exit exit = halted ? Fates.of(told.verdict()) : partly ? Exit.PARTLY : Exit.CLEAN;
    if (common.json) {
      if (!printed) {
        print(plan, told);
      }
      return exit.code();
    }
    PrintStream out = shell.out();
    Style style = shell.style();
    if (halted) {
      Halts.of(told.verdict()).forEach(one -> PlanText.halted(one, out, style));
      out.println(style.bold(Next.WORD) + Next.after(told.verdict(), style));
    } else if (!told.verdict().allowed()) {
      out.println(style.warn("$GUARD_DRY_RUN is set, so nobody was told and no wait began."));
    } else if (told.asked().isEmpty()) {
      out.println("Nothing would go, so there is nobody to tell.");
    } else {
      out.println(
          (partly ? style.warn("Announced") : style.good("Announced"))
              + " "
              + Text.count(told.proven().size(), "image")
              + (partly ? " of " + told.asked().size() + ", the rest is told next time" : "")
              + "; what was new waits "
              + Text.length(wait)
              + " of watched time from now.");
    }
    return exit.code();
  }

  private void print(Plan plan, Announcement told) {
    printed = true;
    shell.out().println(Json.line(json(plan, told)));
  }

  private static ObjectNode json(Plan plan, Announcement told) {
    ObjectNode json = Json.object();
    json.put("plan", plan.digest().text());
    ArrayNode announced = json.putArray("announced");
    for (PlanItem item : told.asked()) {
      if (told.proven().contains(item.target())) {
        ObjectNode one = announced.addObject();
        one.set("target", Output.json(item.target()));
        one.put("because", item.because());
      }
    }
    if (told.verdict().allowed()) {
      json.putNull("halted");
    } else {
      json.set("halted", Output.json(told.verdict().reasons()));
    }
    return json;
  }
}
