package dev.guard.examples.cli;

import dev.guard.examples.config.GuardConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files that a command is to write, checked before it asks anybody anything. */
record Outputs(@Nullable Path plan, @Nullable Path page) {
  /** Refuses what would replace or disturb anything that is no plan and no page. */
  void check(Path configuration, GuardConfig config) {
    for (Path file : new Path[] {plan, page}) {
      if (file != null) {
        apart(file, configuration, config);
      }
    }
    check();
  }

  /** The same without a configuration. */
  void check() {
    if (plan != null && page != null && real(plan).equals(real(page))) {
      throw new CommandException(
          Exit.USAGE, "The plan and its page cannot both be the file " + plan + ".");
    }
    if (plan != null) {
      Output.mayReplace(plan, false);
    }
    if (page != null) {
      Output.mayReplace(page, true);
    }
  }

  private static void apart(Path file, Path configuration, GuardConfig config) {
    Path place = real(file);
    String what = "";
    if (place.equals(real(configuration))) {
      what = "the configuration";
    } else if (place.equals(real(config.killSwitch().file()))) {
      what = "the stop file";
    } else {
      for (Path ours : List.of(config.journal(), config.state())) {
        what = place.startsWith(real(ours)) ? "below " + ours + ", which is guard's own" : what;
      }
    }
    if (!what.isEmpty()) {
      throw new CommandException(
          Exit.USAGE, "The file " + file + " is " + what + ". Give another name.");
    }
  }

  /** As far as it exists without links and detours. */
  private static Path real(Path file) {
    Path plain = file.toAbsolutePath().normalize();
    try {
      return plain.toRealPath();
    } catch (IOException e) {
      Path parent = plain.getParent();
      return parent == null ? plain : real(parent).resolve(plain.getFileName());
    }
  }
}
