package dev.guard.testkit.notify;

import dev.guard.Digest;
import dev.guard.Target;
import dev.guard.notify.Delivery;
import dev.guard.notify.Notice;
import dev.guard.testkit.http.FakeServer;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A receiver that knows what it took, and so what a notifier may say of it. */
final class Inbox implements AutoCloseable {
  static final String SECRET = "s3cr3t-path";

  private final List<Request> taken = new ArrayList<>();
  private final FakeServer server = FakeServer.start(this::take);

  private synchronized Response take(Request request) {
    taken.add(request);
    return Response.text(200, "text/plain", "ok");
  }

  FakeServer server() {
    return server;
  }

  URI address() {
    return URI.create(server.uri() + "/services/" + SECRET);
  }

  synchronized List<String> messages() {
    return taken.stream().map(Request::text).toList();
  }

  synchronized List<Request> requests() {
    return List.copyOf(taken);
  }

  static Notice planned(int items) {
    List<Notice.Item> lines = new ArrayList<>();
    for (int i = 0; i < items; i++) {
      lines.add(new Notice.Item(target(i), "older than 30 days"));
    }
    return Notice.planned(
        "image-cleanup",
        Digest.of("a plan"),
        "They go in 7 days unless somebody objects.",
        lines,
        "guard plan object " + Digest.of("a plan") + " --who you --why \"…\"");
  }

  static Target target(int number) {
    return Target.of("image", "registry/team", "id-%04d-".formatted(number));
  }

  /** Where a delivery says more, or less, than this inbox knows; empty if it is honest. */
  Set<String> lies(Notice notice, Delivery delivery) {
    Set<String> lies = new TreeSet<>();
    List<String> messages = messages();
    List<Target> told = delivery.items().stream().map(Delivery.Item::target).toList();
    if (!told.equals(notice.items().stream().map(Notice.Item::target).toList())) {
      lies.add("the items of the delivery are not those of the notice");
    }
    boolean all = true;
    for (Delivery.Item item : delivery.items()) {
      boolean here = messages.stream().anyMatch(it -> it.contains(item.target().id()));
      all &= item.proof() == Delivery.Proof.DELIVERED;
      if (item.proof() == Delivery.Proof.DELIVERED && !here) {
        lies.add("never came, and is called delivered: " + item.target().id());
      }
      if (item.proof() == Delivery.Proof.FAILED && here) {
        lies.add("came, and is called failed: " + item.target().id());
      }
    }
    if (all != (delivery.proof() == Delivery.Proof.DELIVERED)) {
      lies.add("the whole is not the sum of its items");
    }
    return lies;
  }

  @Override
  public void close() {
    server.close();
  }
}
