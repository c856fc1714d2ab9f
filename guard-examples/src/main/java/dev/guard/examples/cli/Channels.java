package dev.guard.examples.cli;

import dev.guard.GuardConfigurationException;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.config.GuardConfig.NotifyPart;
import dev.guard.examples.config.SecretReference;
import dev.guard.examples.report.Halts;
import dev.guard.examples.report.Text;
import dev.guard.notify.Delivery;
import dev.guard.notify.LogNotifier;
import dev.guard.notify.Notice;
import dev.guard.notify.Notifier;
import dev.guard.notify.SlackNotifier;
import dev.guard.notify.WebhookNotifier;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The notifiers of a configuration. Opened before anything is said, so that a wrong one says so.
 */
final class Channels {
  private final String guard;
  private final List<Notifier> notifiers;

  private Channels(String guard, List<Notifier> notifiers) {
    this.guard = guard;
    this.notifiers = notifiers;
  }

  static Channels open(Shell shell, GuardConfig config) {
    NotifyPart part = config.notifiers();
    List<Notifier> all = new ArrayList<>();
    SecretReference slack = part.slack();
    if (slack != null) {
      all.add(made(shell, slack, at -> SlackNotifier.to(at).time(shell.time())));
    }
    SecretReference webhook = part.webhook();
    if (webhook != null) {
      SecretReference key = part.webhookKey();
      all.add(
          made(
              shell,
              webhook,
              at -> {
                WebhookNotifier plain = WebhookNotifier.to(at).time(shell.time());
                return key == null ? plain : plain.signedWith(key(shell, key));
              }));
    }
    if (part.log()) {
      all.add(LogNotifier.create());
    }
    return new Channels(config.name(), List.copyOf(all));
  }

  private static byte[] key(Shell shell, SecretReference key) {
    return key.fetch(shell.environment()).getBytes(StandardCharsets.UTF_8);
  }

  /** The address may be the secret itself, so nothing of it is shown. */
  private static Notifier made(Shell shell, SecretReference where, Function<URI, Notifier> how) {
    String address = where.fetch(shell.environment());
    try {
      return how.apply(URI.create(address));
    } catch (IllegalArgumentException e) {
      throw new GuardConfigurationException(
          "What "
              + where
              + " holds is no address of a notifier, or its key is shorter than 16 bytes. It must be https://….");
    }
  }

  boolean isEmpty() {
    return notifiers.isEmpty();
  }

  /** Tells everybody. */
  List<Delivery> send(Notice notice) {
    return notifiers.stream().map(notifier -> notifier.send(notice)).toList();
  }

  /** Whoever is told through one channel may not read another, so all must have it. */
  static Set<Target> provenByAll(List<Delivery> deliveries) {
    Set<Target> proven = new HashSet<>(deliveries.get(0).proven());
    deliveries.forEach(delivery -> proven.retainAll(delivery.proven()));
    return proven;
  }

  /** Tells what halted; that it could not be told changes nothing but is said. */
  void halted(String what, Verdict verdict, PrintStream err) {
    if (isEmpty() || verdict.level() != Verdict.Level.HALT) {
      return;
    }
    String why = String.join(" ", Halts.of(verdict));
    Notice notice =
        new Notice(
            guard,
            Notice.Kind.HALTED,
            null,
            guard + ": " + what + " was halted",
            why.isBlank() ? verdict.toString() : why,
            List.of(),
            "");
    for (Delivery delivery : send(notice)) {
      if (delivery.proof() != Delivery.Proof.DELIVERED) {
        err.println(
            "guard: the halt could not be told by "
                + delivery.channel()
                + ": "
                + Text.clean(delivery.why()));
      }
    }
  }
}
