package dev.guard.testkit.law;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes down which laws really ran and held, under {@code target}. {@link LawsThatRanCheck} reads
 * it in a later execution of the test plugin: a class that the plugin silently skips leaves no
 * line.
 */
public final class LawsThatRanListener implements TestExecutionListener {
  static final Path FILE = Path.of("target", "laws-that-ran.txt");

  private final TreeSet<Integer> held = new TreeSet<>();
  private boolean checking;

  /** The build this process belongs to, the same for all executions of the test plugin. */
  static String build() {
    return System.getProperty("guard.build", "");
  }

  /** Whether somebody asked for some tests only. */
  static boolean narrowed() {
    return System.getProperty("test") != null;
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.getUniqueId().contains(LawsThatRanCheck.class.getName())) {
      checking = true;
    }
    if (test.isTest() && result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
      for (TestTag tag : test.getTags()) {
        if (tag.getName().startsWith("law-")) {
          held.add(Integer.parseInt(tag.getName().substring("law-".length())));
        }
      }
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    if (checking) {
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add("build " + build());
    held.forEach(law -> lines.add("law " + law));
    try {
      Files.createDirectories(Path.of("target"));
      Files.write(FILE, lines);
    } catch (IOException e) {
      throw new UncheckedIOException("Which laws ran could not be written down.", e);
    }
  }
}
