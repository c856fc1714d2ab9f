package dev.guard.testkit.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where directories go when a test is done with them. */
final class Trash {
  private Trash() {}

  static void delete(Path home) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(home)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : deepestFirst) {
      Files.delete(each);
    }
  }
}
