package dev.guard.examples.cloud;

import dev.guard.examples.cloud.CloudApi.Page;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * All pages of a listing, or what is known of them and why that is not all.
 *
 * @param items what was found
 * @param gaps why something may be missing, one sentence each; empty if nothing is
 */
record Listing<T>(List<T> items, List<String> gaps) {
  private static final int MOST_PAGES = 10_000;

  Listing {
    items = List.copyOf(items);
    gaps = List.copyOf(gaps);
  }

  /** Reads one page. */
  interface Pages<T> {
    Page<T> from(String token) throws IOException;
  }

  /**
   * Reads every page. A page that fails is a gap and not the end, and an end that comes before the
   * cloud's own count is a gap as well.
   */
  static <T> Listing<T> of(String what, Pages<T> pages, Function<T, String> identity) {
    List<T> items = new ArrayList<>();
    Set<String> tokens = new HashSet<>();
    Set<String> seen = new HashSet<>();
    String token = "";
    long total = 0;
    for (int number = 1; number <= MOST_PAGES; number++) {
      if (!tokens.add(token)) {
        return new Listing<>(
            items, List.of(what + ": page " + number + " leads back to an earlier one"));
      }
      Page<T> page;
      try {
        page = pages.from(token);
      } catch (IOException | RuntimeException e) {
        return new Listing<>(
            items, List.of(what + ": page " + number + " cannot be read (" + e.getMessage() + ")"));
      }
      for (T item : page.items()) {
        if (!seen.add(identity.apply(item))) {
          return new Listing<>(
              items,
              List.of(
                  what
                      + ": "
                      + identity.apply(item)
                      + " is listed twice, so another may be missing"));
        }
        items.add(item);
      }
      total = page.total();
      token = page.next();
      if (token.isEmpty()) {
        return new Listing<>(
            items,
            items.size() == total
                ? List.of()
                : List.of(what + ": the pages held " + items.size() + " of " + total));
      }
    }
    return new Listing<>(items, List.of(what + ": there are more than " + MOST_PAGES + " pages"));
  }
}
