package dev.guard.testkit.architecture;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import dev.guard.Permit;
import dev.guard.annotation.Guarded;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Rules for the ArchUnit tests of a guarded tool. Each takes its exceptions as fully qualified
 * names, so that they stand in one list.
 *
 * <pre>{@code
 * GuardRules.actsOnlyWithPermit(
 *         call -> call.getOwner().getName().equals("com.example.Dao") && call.getName().equals("purge"), Set.of())
 *     .check(new ClassFileImporter().importPackages("com.example"));
 * }</pre>
 *
 * <p>No argument may be null. A rule is used by one thread at a time.
 */
public final class GuardRules {
  private static final Map<String, Pattern> CLOCKS_THREADS_CHANCE =
      Map.ofEntries(
          forbid("java.time.Instant", "now"),
          forbid("java.time.LocalDate", "now"),
          forbid("java.time.LocalTime", "now"),
          forbid("java.time.LocalDateTime", "now"),
          forbid("java.time.OffsetDateTime", "now"),
          forbid("java.time.ZonedDateTime", "now"),
          forbid("java.time.Year", "now"),
          forbid("java.time.YearMonth", "now"),
          forbid("java.time.Clock", "system.*|tick.*"),
          forbid("java.util.Date", "<init>"),
          forbid("java.util.Calendar", "getInstance"),
          forbid("java.lang.System", "nanoTime|currentTimeMillis"),
          forbid("java.lang.Thread", "<init>|sleep|start|startVirtualThread|ofVirtual|ofPlatform"),
          forbid("java.util.Timer", "<init>"),
          forbid("java.util.concurrent.TimeUnit", "sleep|timedWait|timedJoin"),
          forbid("java.util.concurrent.locks.LockSupport", "park.*"),
          forbid("java.util.concurrent.Executors", "new.*"),
          forbid("java.util.concurrent.ThreadPoolExecutor", "<init>"),
          forbid("java.util.concurrent.ScheduledThreadPoolExecutor", "<init>"),
          forbid("java.util.concurrent.ForkJoinPool", "<init>|commonPool"),
          forbid(
              "java.util.concurrent.CompletableFuture",
              ".*Async|delayedExecutor|orTimeout|completeOnTimeout"),
          forbid("java.util.Collection", "parallelStream"),
          forbid("java.util.stream.BaseStream", "parallel"),
          forbid("java.util.stream.Stream", "parallel"),
          forbid("java.util.Random", "<init>"),
          forbid("java.util.SplittableRandom", "<init>"),
          forbid("java.security.SecureRandom", "<init>|getInstance.*"),
          forbid("java.util.concurrent.ThreadLocalRandom", "current"),
          forbid("java.lang.Math", "random"),
          forbid("java.util.UUID", "randomUUID"));

  private static final Map<String, Pattern> GUESSES_ABOUT_FILES =
      Map.ofEntries(
          forbid("java.nio.file.Files", "exists|notExists|isRegularFile|isDirectory|isReadable"),
          forbid("java.io.File", "exists|isFile|isDirectory|canRead|delete|mkdirs?|renameTo"));

  private static final Set<JavaModifier> UNFIT =
      Set.of(JavaModifier.FINAL, JavaModifier.PRIVATE, JavaModifier.STATIC);

  private GuardRules() {}

  /**
   * Destructive calls stand only in methods that take a {@link Permit}, or in methods of no wider
   * access than their package that are called from such methods alone. It fails too if no call
   * matches: a rule that watches nothing proves nothing.
   *
   * @param destructive what counts as a destructive call, for example a client's {@code delete}
   * @param except methods that may call without a permit, as {@code fully.qualified.Type.method}
   * @return the rule
   */
  public static ArchRule actsOnlyWithPermit(
      Predicate<? super AccessTarget> destructive, Set<String> except) {
    return actsOnly(
        "make destructive calls only with a permit",
        destructive,
        unit ->
            unit.getRawParameterTypes().stream()
                .anyMatch(type -> type.isEquivalentTo(Permit.class)),
        except);
  }

  /**
   * Destructive calls stand only in methods with {@link Guarded}, or in methods of no wider access
   * than their package that are called from such methods alone. It fails too if no call matches: a
   * rule that watches nothing proves nothing.
   *
   * @param destructive what counts as a destructive call, for example a client's {@code delete}
   * @param except methods that may call without a guard, as {@code fully.qualified.Type.method}
   * @return the rule
   */
  public static ArchRule actsOnlyInGuardedMethods(
      Predicate<? super AccessTarget> destructive, Set<String> except) {
    return actsOnly(
        "make destructive calls only in guarded methods",
        destructive,
        unit -> unit instanceof JavaMethod method && isGuarded(method),
        except);
  }

  /**
   * No class calls a guarded method of its own: behind a proxy of an interface, or of a framework,
   * such a call does not pass the guard. Leave it out for classes that only {@code
   * GuardProxies.create} makes, whose own calls are guarded too.
   *
   * @param except methods that may, as {@code fully.qualified.Type.method}
   * @return the rule
   */
  public static ArchRule doesNotCallItsOwnGuardedMethods(Set<String> except) {
    Set<String> free = Set.copyOf(except);
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("not call a guarded method of their own") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                  boolean own = type.isAssignableTo(call.getTargetOwner().getName());
                  boolean bad =
                      own
                          && call.getTarget()
                              .resolveMember()
                              .filter(GuardRules::isGuarded)
                              .isPresent()
                          && !free.contains(name(call.getOrigin()));
                  events.add(new SimpleConditionEvent(call, !bad, call.getDescription()));
                }
              }
            });
  }

  /**
   * Guarded methods are neither final, private nor static: nothing could be put before them. {@code
   * GuardProxies} refuses their classes when it meets them; this finds them before. It fails too if
   * no method is guarded.
   *
   * @return the rule
   */
  public static ArchRule guardedMethodsCanBeAdvised() {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("let their guarded methods be advised") {
              private int seen;

              @Override
              public void init(Collection<JavaClass> all) {
                seen = 0;
              }

              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (JavaMethod method : type.getMethods()) {
                  if (isGuarded(method)) {
                    seen++;
                    Set<JavaModifier> bad = new TreeSet<>(method.getModifiers());
                    bad.retainAll(UNFIT);
                    events.add(
                        new SimpleConditionEvent(
                            method,
                            bad.isEmpty(),
                            method.getDescription() + " is guarded, and " + bad));
                  }
                }
              }

              @Override
              public void finish(ConditionEvents events) {
                events.add(
                    new SimpleConditionEvent(
                        seen, seen > 0, "no method is guarded, so nothing was proven"));
              }
            });
  }

  /** By itself, or by a method that it overrides. */
  private static boolean isGuarded(JavaMethod method) {
    List<String> parameters =
        method.getRawParameterTypes().stream().map(JavaClass::getName).toList();
    Set<JavaClass> owners = new HashSet<>(method.getOwner().getAllRawSuperclasses());
    owners.addAll(method.getOwner().getAllRawInterfaces());
    return method.isAnnotatedWith(Guarded.class)
        || owners.stream()
            .map(owner -> owner.tryGetMethod(method.getName(), parameters.toArray(new String[0])))
            .flatMap(Optional::stream)
            .anyMatch(above -> above.isAnnotatedWith(Guarded.class));
  }

  private static ArchRule actsOnly(
      String what,
      Predicate<? super AccessTarget> destructive,
      Predicate<JavaCodeUnit> fine,
      Set<String> except) {
    Objects.requireNonNull(destructive, "destructive");
    Set<String> free = Set.copyOf(except);
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>(what) {
              private int seen;

              @Override
              public void init(Collection<JavaClass> all) {
                seen = 0;
              }

              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (JavaAccess<?> call : type.getAccessesFromSelf()) {
                  if (destructive.test(call.getTarget())) {
                    seen++;
                    boolean allowed = permitted(call.getOrigin(), fine, free, new HashSet<>());
                    events.add(new SimpleConditionEvent(call, allowed, call.getDescription()));
                  }
                }
              }

              @Override
              public void finish(ConditionEvents events) {
                events.add(
                    new SimpleConditionEvent(
                        seen, seen > 0, "no destructive call was found, so nothing was proven"));
              }
            });
  }

  /**
   * Nothing reads a clock, sleeps, starts a thread or throws dice: that is {@link
   * dev.guard.time.Time}'s and the caller's part, or a test can never be sure what it saw.
   *
   * @param except the types that may, or single methods as {@code fully.qualified.Type.method}
   * @return the rule
   */
  public static ArchRule takesTimeFromTime(Set<String> except) {
    return neverCalling(
        "not read a clock, wait, start a thread or throw dice", CLOCKS_THREADS_CHANCE, except);
  }

  /**
   * Nothing asks {@code Files.exists} or its kin. They answer false for "cannot tell", and that is
   * how a stop file is overlooked.
   *
   * @param except the types that may, or single methods as {@code fully.qualified.Type.method}
   * @return the rule
   */
  public static ArchRule doesNotGuessAboutFiles(Set<String> except) {
    return neverCalling("not ask Files.exists or its kin", GUESSES_ABOUT_FILES, except);
  }

  private static boolean permitted(
      JavaCodeUnit unit, Predicate<JavaCodeUnit> fine, Set<String> free, Set<JavaCodeUnit> asked) {
    if (free.contains(name(unit)) || fine.test(unit)) {
      return true;
    }
    if (unit.getModifiers().contains(JavaModifier.PUBLIC)
        || unit.getModifiers().contains(JavaModifier.PROTECTED)
        || unit.getAccessesToSelf().isEmpty()) {
      return false;
    }
    if (!asked.add(unit)) {
      return true; // a loop: decided by its other callers
    }
    return unit.getAccessesToSelf().stream()
        .allMatch(call -> permitted(call.getOrigin(), fine, free, asked));
  }

  private static ArchRule neverCalling(
      String what, Map<String, Pattern> forbidden, Set<String> except) {
    Set<String> free = Set.copyOf(except);
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>(what) {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                if (free.contains(type.getName())) {
                  return;
                }
                for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                  boolean bad =
                      names(access.getTarget(), forbidden)
                          && !free.contains(name(access.getOrigin()));
                  events.add(new SimpleConditionEvent(access, !bad, access.getDescription()));
                }
              }
            });
  }

  private static String name(JavaCodeUnit unit) {
    return unit.getOwner().getName() + "." + unit.getName();
  }

  private static boolean names(AccessTarget target, Map<String, Pattern> forbidden) {
    for (Map.Entry<String, Pattern> each : forbidden.entrySet()) {
      if (each.getValue().matcher(target.getName()).matches()
          && target.getOwner().isAssignableTo(each.getKey())) {
        return true;
      }
    }
    return false;
  }

  private static Map.Entry<String, Pattern> forbid(String owner, String members) {
    return Map.entry(owner, Pattern.compile(members));
  }
}
