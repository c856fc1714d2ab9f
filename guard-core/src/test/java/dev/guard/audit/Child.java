package dev.guard.audit;

import dev.guard.AuditException;
import dev.guard.Target;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.state.FileStateStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Another process that uses the same files, and can be killed. */
public final class Child {
  private final Process process;
  private final BufferedReader out;

  private Child(Process process) {
    this.process = process;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts one that does what it is told, says so in a line, and stays if there is more to do. */
  public static Child start(String what, String where) throws IOException {
    return new Child(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                what,
                where)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** Runs one to its end. */
  public static String run(String what, String where) throws Exception {
    Child child = start(what, where);
    String said = child.line();
    child.process.waitFor();
    return said;
  }

  /** Its next line that is not the log's. */
  public String line() throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("> ")) {
        return line.substring(2);
      }
    }
    return "nothing";
  }

  /** Kills it as kill -9 does. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  public static void main(String[] args) throws Exception {
    Path where = Path.of(args[1]);
    switch (args[0]) {
      case "lock":
        try {
          JournalSink.at(where).close();
          say("free");
        } catch (AuditException held) {
          say("held");
        }
        break;
      case "intend":
        JournalSink journal = JournalSink.at(where);
        journal.append(Records.of("r", "1", Phase.INTENDED, null, Target.of("image", "r", "a")));
        say("intended");
        Thread.sleep(600_000);
        break;
      case "run-lock":
        FileStateStore store = FileStateStore.at(where);
        say(store.tryLock("nightly", "child", "a test").isPresent() ? "locked" : "refused");
        Thread.sleep(600_000);
        break;
      case "try-run-lock":
        say(
            FileStateStore.at(where).tryLock("nightly", "child", "a test").isPresent()
                ? "locked"
                : "refused");
        break;
      case "count":
        FileStateStore shared = FileStateStore.at(where);
        for (int i = 0; i < 100; ) {
          var found = shared.get("guard/test/count");
          long now =
              found
                  .map(one -> Long.parseLong(new String(one.value(), StandardCharsets.UTF_8)))
                  .orElse(0L);
          byte[] next = Long.toString(now + 1).getBytes(StandardCharsets.UTF_8);
          if (shared
              .compareAndSet("guard/test/count", found.map(one -> one.version()).orElse(null), next)
              .isPresent()) {
            i++;
          }
        }
        say("counted");
        break;
      default:
        throw new IllegalArgumentException(args[0]);
    }
  }

  private static void say(String what) {
    System.out.println("> " + what);
    System.out.flush();
  }
}
