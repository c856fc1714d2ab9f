package dev.guard.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.Guard;
import dev.guard.GuardConfigurationException;
import dev.guard.Outcome;
import dev.guard.Target;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Every wiring fault is found when a proxy is made, and all stand in one message. */
class WiringTest {
  private final Guards guards =
      Guards.of(
          Guard.named("known")
              .unlimited("not of interest")
              .unaudited("nothing is done here")
              .build());
  private final GuardProxies proxies = GuardProxies.with(guards);

  private String faults(Class<?> type) {
    Throwable thrown = catchThrowable(() -> proxies.create(type));
    assertThat(thrown).isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> GuardedMethods.of(guards, type).toString())
        .isInstanceOf(GuardConfigurationException.class);
    return thrown.getMessage();
  }

  @Retention(RetentionPolicy.RUNTIME)
  @interface Retryable {}

  @Retention(RetentionPolicy.RUNTIME)
  @interface Async {}

  @Retryable
  @Retention(RetentionPolicy.RUNTIME)
  @interface Resilient {}

  static class Everything {
    @Guarded("unknown")
    void unknownGuard(@GuardTargets Target target) {}

    @Guarded("known")
    void noMapper(@GuardTargets String name) {}

    @Guarded("known")
    final void last(@GuardTargets Target target) {}

    @Guarded("known")
    private void secret(@GuardTargets Target target) {}

    @Guarded("known")
    static void still(@GuardTargets Target target) {}

    @Guarded("known")
    int number(@GuardTargets Target target) {
      return 1;
    }

    @Guarded("known")
    CompletableFuture<Void> later(@GuardTargets Target target) {
      return CompletableFuture.completedFuture(null);
    }

    @Guarded("known")
    Outcome.Done<String> tooNarrow(@GuardTargets Target target) {
      return new Outcome.Done<>("x");
    }

    @Guarded("known")
    @Retryable
    void again(@GuardTargets Target target) {}

    @Guarded("known")
    @Resilient
    void againByAnother(@GuardTargets Target target) {}

    @Guarded("known")
    void aimless(Target target) {}

    @Guarded("known")
    void two(@GuardTargets Target one, @GuardTargets Target other) {}

    @Guarded("known")
    void numbers(@GuardTargets long[] ids) {}

    @Guarded("known")
    void concrete(@GuardTargets ArrayList<Target> targets) {}

    @Guarded("known")
    @SuppressWarnings("rawtypes")
    void raw(@GuardTargets List targets) {}

    @Guarded(value = "known", action = " ")
    void blank(@GuardTargets Target target) {}

    void forgotten(@GuardTargets Target target) {}
  }

  @Test
  void allFaults_standInOneMessage() {
    assertThat(faults(Everything.class))
        .startsWith(Everything.class.getName() + " cannot be guarded, for 17 reasons:\n")
        .contains("Everything.unknownGuard names the guard 'unknown', but known are [known]")
        .contains("Everything.noMapper takes java.lang.String, for which there is no mapper")
        .contains("Everything.last is final")
        .contains("Everything.secret is private")
        .contains("Everything.still is static")
        .contains("Everything.number returns int,")
        .contains("Everything.later returns CompletableFuture,")
        .contains("Everything.tooNarrow returns Done,")
        .contains("Everything.again has @Retryable too")
        .contains("Everything.againByAnother has @Retryable too")
        .contains("Everything.aimless has no parameter with @GuardTargets")
        .contains("Everything.two has 2 parameters with @GuardTargets")
        .contains("Everything.numbers takes its targets as long[]")
        .contains("Everything.concrete takes its targets as ArrayList")
        .contains("Everything.raw takes java.lang.Object")
        .contains("Everything.blank has a blank action or because")
        .contains("Everything.forgotten has @GuardTargets, but not @Guarded");
  }

  static class Bare {
    void delete(Target target) {}
  }

  @Test
  void aClassWithoutAnyGuardedMethod_isNotQuietlyUnguarded() {
    assertThat(faults(Bare.class)).contains("no method of it");
    assertThat(GuardedMethods.anyIn(Bare.class)).isFalse();
    assertThat(GuardedMethods.anyIn(Everything.class)).isTrue();
  }

  interface One {
    @Guarded("known")
    void delete(@GuardTargets Target target);
  }

  static class TwoNames implements One {
    @Override
    @Guarded("other")
    public void delete(@GuardTargets Target target) {}
  }

  @Test
  void twoNamesForOneMethod_areOneTooMany() {
    assertThat(faults(TwoNames.class)).contains("guarded by two names, known and other");
    assertThatThrownBy(() -> proxies.wrap(One.class, new TwoNames()))
        .hasMessageContaining("guarded by two names, known and other");
  }

  @Async
  static class AllAsync implements One {
    @Override
    public void delete(Target target) {}
  }

  @Test
  void anAnnotationOfTheWholeClass_countsForItsMethods() {
    assertThat(faults(AllAsync.class)).contains("AllAsync.delete has @Async too");
  }

  static final class Last implements One {
    @Override
    public void delete(Target target) {}
  }

  abstract static class Half implements One {}

  record Values(String name) implements One {
    @Override
    public void delete(Target target) {}
  }

  sealed interface Closed permits Only {
    @Guarded("known")
    void delete(@GuardTargets Target target);
  }

  static final class Only implements Closed {
    @Override
    public void delete(Target target) {}
  }

  @Test
  void aClassThatNobodyMayExtend_isRefusedBeforeAnObjectIsMade() {
    assertThatThrownBy(() -> proxies.create(Last.class)).hasMessageContaining("it is final");
    assertThatThrownBy(() -> proxies.create(Half.class)).hasMessageContaining("it is abstract");
    assertThatThrownBy(() -> proxies.create(Values.class, "x")).hasMessageContaining("it is final");
    assertThatThrownBy(() -> proxies.create(One.class)).hasMessageContaining("it is no class");
    assertThatThrownBy(() -> proxies.wrap(Closed.class, new Only()))
        .hasMessageContaining("not an interface that anybody may implement");
    assertThatThrownBy(() -> proxies.wrap(Bare.class, new Bare()))
        .hasMessageContaining("not an interface");
  }

  static class Wider implements One {
    @Override
    public void delete(Target target) {}

    @Guarded("known")
    public void more(@GuardTargets Target target) {}
  }

  @Test
  void aGuardedMethodThatTheViewDoesNotShow_isNotForgotten() {
    assertThatThrownBy(() -> proxies.wrap(One.class, new Wider()))
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("more(Target) of Wider is guarded, but One does not show it");
  }

  interface Animal {}

  interface Pet {}

  record Cat(String name) implements Animal, Pet {}

  static class Vet {
    @Guarded("known")
    void treat(@GuardTargets Cat cat) {}
  }

  @Test
  void mappersOfSupertypes_countUnlessTwoAreAlike() {
    Guards one = guards.targets(Animal.class, animal -> Target.of("animal", "zoo", "x"));
    assertThat(GuardedMethods.of(one, Vet.class).toString()).contains("Vet.treat");
    Guards two = one.targets(Pet.class, pet -> Target.of("pet", "home", "x"));
    assertThatThrownBy(() -> GuardedMethods.of(two, Vet.class))
        .hasMessageContaining("there are 2 mappers alike");
    Guards nearest = two.targets(Cat.class, cat -> Target.of("cat", "home", cat.name()));
    assertThat(GuardedMethods.of(nearest, Vet.class).toString()).contains("Vet.treat");
    assertThatThrownBy(() -> nearest.targets(Cat.class, cat -> Target.of("cat", "home", "y")))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> guards.targets(Target.class, target -> target))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void guards_haveNamesOfTheirOwn() {
    Guard guard = Guard.named("a").unlimited("x").unaudited("x").build();
    assertThatThrownBy(() -> Guards.of(guard, guard)).hasMessageContaining("Two guards are called");
    assertThatThrownBy(Guards::of).hasMessageContaining("at least one");
  }

  static class Constructed {
    Constructed(String one) {
      if (one.isEmpty()) {
        throw new IllegalStateException("the constructor's own");
      }
    }

    Constructed(CharSequence other) {}

    private Constructed(long hidden) {}

    @Guarded("known")
    void delete(@GuardTargets Target target) {}
  }

  @Test
  void aConstructor_isTheOneThatTakesExactlyTheseArguments() {
    assertThatThrownBy(() -> proxies.create(Constructed.class))
        .hasMessageContaining("no constructor");
    assertThatThrownBy(() -> proxies.create(Constructed.class, 5L))
        .hasMessageContaining("no constructor");
    assertThatThrownBy(() -> proxies.create(Constructed.class, "text"))
        .hasMessageContaining("several constructors");
    assertThat(proxies.create(Constructed.class, new StringBuilder("x"))).isNotNull();
  }

  @Test
  void aMethodThatIsNotGuarded_isNotCalledThroughTheGuard() throws Throwable {
    GuardedMethods methods = GuardedMethods.of(guards, Wider.class);
    assertThat(methods.covers(One.class.getDeclaredMethod("delete", Target.class))).isTrue();
    assertThat(methods.covers(Object.class.getDeclaredMethod("toString"))).isFalse();
    assertThatThrownBy(
            () ->
                methods.call(
                    Object.class.getDeclaredMethod("toString"), new Object[0], given -> "x"))
        .isInstanceOf(GuardConfigurationException.class);
  }
}
