package dev.guard.k8s;

import dev.guard.evidence.ReferenceSnapshot;
import java.nio.file.Path;

/** Reads a cluster in a process of its own and says what it found. */
final class SmallHeapReader {
  private SmallHeapReader() {}

  public static void main(String[] arguments) {
    try (ClusterConnection connection =
        ClusterConnection.open(Path.of(arguments[0]), arguments[1])) {
      ReferenceSnapshot snapshot = ClusterReferences.of(connection).read();
      System.out.println(snapshot.getClass().getSimpleName() + " " + snapshot.references().size());
      if (snapshot instanceof ReferenceSnapshot.Incomplete incomplete) {
        incomplete.gaps().forEach(System.out::println);
      }
    }
  }
}
