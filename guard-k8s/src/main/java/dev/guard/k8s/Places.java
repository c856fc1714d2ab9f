package dev.guard.k8s;

import dev.guard.evidence.Reference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was found in one cluster. Of an ordinary text at most 20 places are kept per kind, form, and
 * whether it was declared or reported, and the last of them says how many more there are; so a
 * hundred thousand pods of one image cost as much as twenty, and a declaration is never crowded out
 * by running pods. Of any other text every place is kept, because a person may have to vouch for
 * each of them.
 */
final class Places {
  private static final int KEPT = 20;
  private static final int MAX_ODD = 100_000;
  private static final long MAX_CHARACTERS = 256L * 1024 * 1024;

  private final String source;
  private final Map<Key, Bucket> buckets = new LinkedHashMap<>();
  private long characters;
  private int odd;
  private boolean full;

  Places(String source) {
    this.source = source;
  }

  /** Adds one. {@code again} says that this kind is being read a second time. */
  void add(ListedKind kind, boolean again, String object, String note, Found found) {
    Key key = new Key(kind, found.form(), found.declared(), found.value());
    Bucket bucket = buckets.get(key);
    if (bucket == null) {
      characters += found.value().length() + 100L;
      if (characters > MAX_CHARACTERS) {
        full = true;
        return;
      }
      bucket = new Bucket(ImageText.isOrdinary(found.value(), found.form()));
      buckets.put(key, bucket);
    }
    if (again) {
      bucket.seenAgain++;
    } else {
      bucket.seen++;
    }
    if (bucket.ordinary && bucket.kept.size() >= KEPT) {
      return;
    }
    String path = found.path();
    if (bucket.ordinary) {
      for (Reference kept : bucket.kept) {
        if (kept.object().equals(object) && kept.path().equals(path)) {
          return;
        }
      }
    } else {
      if (!bucket.known.add(object + " " + path)) {
        return;
      }
      if (++odd > MAX_ODD) {
        full = true;
        return;
      }
    }
    String value = bucket.kept.isEmpty() ? found.value() : bucket.kept.get(0).value();
    bucket.kept.add(new Reference(source, object, path, value, found.form(), note));
  }

  /** Whether something had to be left out that must not be. */
  boolean full() {
    return full;
  }

  /** Everything, in the order it was found. */
  List<Reference> references() {
    List<Reference> all = new ArrayList<>();
    for (Map.Entry<Key, Bucket> entry : buckets.entrySet()) {
      Bucket bucket = entry.getValue();
      long more = Math.max(bucket.seen, bucket.seenAgain) - bucket.kept.size();
      if (!bucket.ordinary || more <= 0) {
        all.addAll(bucket.kept);
        continue;
      }
      int last = bucket.kept.size() - 1;
      all.addAll(bucket.kept.subList(0, last));
      Reference end = bucket.kept.get(last);
      String words = "and " + more + " more places in " + entry.getKey().kind().qualified();
      all.add(
          new Reference(
              end.source(),
              end.object(),
              end.path(),
              end.value(),
              end.form(),
              end.note().isEmpty() ? words : end.note() + ", " + words));
    }
    return all;
  }

  private record Key(ListedKind kind, Reference.Form form, boolean declared, String value) {}

  private static final class Bucket {
    private final boolean ordinary;
    private final List<Reference> kept = new ArrayList<>(1);
    private final Set<String> known = new HashSet<>(0);
    private long seen;
    private long seenAgain;

    Bucket(boolean ordinary) {
      this.ordinary = ordinary;
    }
  }
}
