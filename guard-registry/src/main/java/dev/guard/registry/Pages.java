package dev.guard.registry;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A list that comes in pages: all of them, or none. */
final class Pages {
  private static final int MAX_PAGES = 20_000;
  private static final int MAX_ITEMS = 5_000_000;

  private Pages() {}

  /** Reads one page; the first has number 1. */
  @FunctionalInterface
  interface Reader<T> {
    Reading<List<T>> read(Wire.Exchange answer, int number) throws IOException;
  }

  /**
   * Follows a list to its end.
   *
   * @param into an empty set in the order wanted
   * @return what is in the set then, or what the first page said that could not be read
   */
  static <T> Reading<List<T>> all(
      Requests requests, Question first, String what, Set<T> into, Reader<T> reader) {
    try {
      Set<URI> seen = new HashSet<>();
      List<String> warnings = new ArrayList<>();
      Optional<URI> page = Optional.of(first.uri());
      while (page.isPresent()) {
        if (!seen.add(page.get()) || seen.size() > MAX_PAGES || into.size() > MAX_ITEMS) {
          return Reading.not(Answer.UNKNOWN, "The pages of " + what + " do not end.");
        }
        Wire.Exchange answer = requests.send(first.at(page.get()));
        Reading<List<T>> items = reader.read(answer, seen.size());
        if (!items.isPresent()) {
          return items;
        }
        into.addAll(items.get());
        warnings.addAll(items.warnings());
        page = NextLink.of(page.get(), answer.headers("Link"));
      }
      return Reading.present(List.copyOf(into), warnings);
    } catch (NextLink.BadLink e) {
      return Reading.not(
          Answer.UNKNOWN, "The list of " + what + " breaks off: " + e.getMessage() + ".");
    } catch (Denied e) {
      return Reply.denied(e, what);
    } catch (IOException e) {
      return Reply.unreachable(e, what);
    }
  }
}
