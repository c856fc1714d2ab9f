package dev.guard.examples.demo;

import dev.guard.audit.JournalVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Verifies a journal, and forges a copy of one. */
final class DemoJournal {
  private static final String WAS = "\"DONE\"";
  private static final String BECOMES = "\"SKIPPED\"";

  private DemoJournal() {}

  /** What a verification found; the finding is empty if all is well. */
  record Verified(long records, boolean intact, String finding) {}

  static Verified verify(Path journal) {
    JournalVerifier.Result result = JournalVerifier.at(journal).verify();
    if (result instanceof JournalVerifier.Intact) {
      return new Verified(((JournalVerifier.Intact) result).records(), true, "");
    }
    JournalVerifier.Damaged damaged = (JournalVerifier.Damaged) result;
    return new Verified(
        damaged.seq() - 1,
        false,
        damaged.file() + " line " + damaged.line() + ", " + damaged.what());
  }

  /** Copies a journal, and in the copy makes the first deletion that was done one that was not. */
  static String forge(Path journal, Path copy) throws IOException {
    Files.createDirectories(copy);
    String change = "";
    List<Path> files;
    try (Stream<Path> all = Files.list(journal)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      if (change.isEmpty() && text.contains(WAS)) {
        text = text.replaceFirst(WAS, BECOMES);
        change = "a deletion that was " + WAS + " becomes " + BECOMES;
      }
      Files.writeString(copy.resolve(file.getFileName()), text, StandardCharsets.UTF_8);
    }
    if (change.isEmpty()) {
      throw new IOException("The demo's journal holds no deletion to forge.");
    }
    return change;
  }
}
