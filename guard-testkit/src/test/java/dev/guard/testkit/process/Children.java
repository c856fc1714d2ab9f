package dev.guard.testkit.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.JournalReader;
import dev.guard.internal.json.Json;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts children, and counts what they left behind. */
final class Children {
  private Children() {}

  static Process start(Path log, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx96m",
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName()));
    command.addAll(List.of(arguments));
    Files.createDirectories(log.toAbsolutePath().getParent());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  static int end(Process child) throws InterruptedException {
    if (!child.waitFor(120, TimeUnit.SECONDS)) {
      child.destroyForcibly().waitFor();
      throw new IllegalStateException("A child hangs.");
    }
    return child.exitValue();
  }

  /** What journals say: how many acts ended how; an INTENDED without an end is OPEN. */
  static Map<String, Integer> counted(Path journal) {
    Map<String, String> acts = new HashMap<>();
    JournalReader.at(journal)
        .forEach(
            entry -> {
              AuditRecord record = entry.record();
              String act = record.run() + " " + record.op() + " " + record.targets();
              if (record.phase() == Phase.INTENDED) {
                acts.put(act, "OPEN");
              } else if (record.phase() == Phase.OUTCOME) {
                acts.put(act, String.valueOf(record.outcome()));
              }
            });
    Map<String, Integer> counts = new HashMap<>();
    acts.values().forEach(fate -> counts.merge(fate, 1, Integer::sum));
    return counts;
  }

  /** What the store's one window says was drawn. */
  static long drawn(StateStore store) throws IOException {
    List<String> keys = store.keys("guard/window/");
    if (keys.size() != 1) {
      throw new IllegalStateException("There are " + keys.size() + " windows, not one.");
    }
    JsonNode page = Json.read(store.get(keys.get(0)).orElseThrow().value());
    long sum = 0;
    for (JsonNode window : page.path("windows")) {
      for (JsonNode bucket : window) {
        sum += bucket.path(1).asLong();
      }
    }
    return sum;
  }
}
