package dev.guard.dryrun;

import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether acts may happen. A guard is a dry run unless the code says execute; the environment and
 * files can only make it stricter, never looser.
 *
 * <pre>{@code Guard.named("cleanup").dryRun(DryRun.unless(execute))}</pre>
 *
 * <p>If the environment variable {@value #VARIABLE} is set, everything but an explicit {@code
 * false}, {@code no}, {@code off} or {@code 0} turns the dry run on, also a blank value. Decided
 * once, when it is made. Immutable and thread-safe; allocates nothing.
 */
public final class DryRun implements Safeguard {
  /** The environment variable that turns a dry run on. */
  public static final String VARIABLE = "GUARD_DRY_RUN";

  private static final String NAME = "dry-run";
  private static final DryRun OFF = new DryRun(null);

  private final @Nullable Verdict verdict;

  private DryRun(@Nullable String why) {
    this.verdict =
        why == null
            ? null
            : Verdict.simulate(
                Reason.pending(NAME, Reason.DRY_RUN, "this is a dry run, " + why + "."));
  }

  /**
   * A dry run unless the caller says execute, and unless the environment says otherwise.
   *
   * @param execute true if acts may happen
   * @return the mode
   */
  public static DryRun unless(boolean execute) {
    return unless(execute, System::getenv);
  }

  /**
   * As {@link #unless(boolean)}, asking another environment.
   *
   * @param execute true if acts may happen
   * @param environment answers a variable's value, or null if it is absent
   * @return the mode
   */
  public static DryRun unless(boolean execute, Environment environment) {
    if (!execute) {
      return on();
    }
    String value = Objects.requireNonNull(environment, "environment").get(VARIABLE);
    if (value == null || isFalse(value)) {
      return OFF;
    }
    return new DryRun("because the environment variable " + VARIABLE + " says so");
  }

  /** Answers the values of environment variables. Asked once, on the thread that makes the mode. */
  @FunctionalInterface
  public interface Environment {
    /**
     * A variable's value.
     *
     * @param variable its name
     * @return the value, or null if it is absent
     */
    @Nullable String get(String variable);
  }

  /**
   * A dry run.
   *
   * @return the mode
   */
  public static DryRun on() {
    return new DryRun("and nothing was told to execute");
  }

  /**
   * No dry run, unless the environment says otherwise.
   *
   * @return the mode
   */
  public static DryRun off() {
    return unless(true);
  }

  /**
   * A dry run also if a file exists, or if it cannot be told whether it does.
   *
   * @param file the file
   * @return the same mode or a stricter one
   */
  public DryRun orIf(Path file) {
    if (isOn()) {
      return this;
    }
    try {
      Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return new DryRun("because the file " + file + " exists");
    } catch (NoSuchFileException absent) {
      return isBeneathDirectories(file)
          ? this
          : new DryRun("because the file " + file + " cannot be read");
    } catch (IOException fault) {
      return new DryRun("because the file " + file + " cannot be read");
    }
  }

  /** Newer JDKs call a file beneath a file absent too; only below a directory does absent count. */
  private static boolean isBeneathDirectories(Path file) {
    for (Path above = file.toAbsolutePath().getParent(); above != null; above = above.getParent()) {
      try {
        return Files.readAttributes(above, BasicFileAttributes.class).isDirectory();
      } catch (NoSuchFileException absent) {
        // what is nearer to the root decides
      } catch (IOException fault) {
        return false;
      }
    }
    return false;
  }

  private static boolean isFalse(String value) {
    switch (value.strip().toLowerCase(Locale.ROOT)) {
      case "false":
      case "no":
      case "off":
      case "0":
        return true;
      default:
        return false;
    }
  }

  /**
   * Whether acts are withheld.
   *
   * @return true in a dry run
   */
  public boolean isOn() {
    return verdict != null;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict review(Intent intent) {
    Verdict simulate = verdict;
    return simulate == null ? Verdict.allow() : simulate;
  }

  @Override
  public List<Tripwire> tripwires() {
    return List.of(
        new Tripwire(
            "a dry run simulates",
            () ->
                on().review(
                            Intent.of("tripwire", Target.of("tripwire", "tripwire", "tripwire"))
                                .because("tripwire"))
                        .level()
                    == Verdict.Level.SIMULATE));
  }

  @Override
  public String toString() {
    return isOn() ? "DryRun: on" : "DryRun: off";
  }
}
