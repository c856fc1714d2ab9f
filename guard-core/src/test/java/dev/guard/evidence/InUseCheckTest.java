package dev.guard.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.Verdict.Level;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.StateStore;
import dev.guard.support.HandTime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InUseCheckTest {
  private static final Target API = Target.of("image", "registry/api", "api");
  private static final Target OLD = Target.of("image", "registry/old", "old");

  private final HandTime time = new HandTime();
  private final Source prod = new Source("prod");
  private final Source test = new Source("test");
  private final Names names = new Names();
  private final InUseCheck check = InUseCheck.of(names, List.of(prod, test), time);

  InUseCheckTest() {
    prod.uses("api", "Deployment/shop/api", "replicas 0");
    test.uses("other", "Pod/shop/x", "");
  }

  /** A source that a test fills, breaks and counts. */
  private final class Source implements ReferenceSource {
    private final String name;
    private final List<Reference> found = new ArrayList<>();
    private final AtomicInteger reads = new AtomicInteger();
    private Supplier<ReferenceSnapshot> answer = this::complete;
    private Duration takes = Duration.ZERO;

    Source(String name) {
      this.name = name;
    }

    void uses(String value, String object, String note) {
      found.add(new Reference(name, object, "spec.image", value, Reference.Form.NAME, note));
    }

    ReferenceSnapshot complete() {
      return new ReferenceSnapshot.Complete(name, time.now(), found);
    }

    ReferenceSnapshot incomplete(String gap) {
      return new ReferenceSnapshot.Incomplete(name, time.now(), found, List.of(gap));
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public ReferenceSnapshot read() {
      reads.incrementAndGet();
      ReferenceSnapshot snapshot = answer.get();
      time.pass(takes);
      return snapshot;
    }
  }

  /** A reference means the target of that id. */
  private static class Names implements Interpreter {
    final List<String> gaps = new ArrayList<>();

    @Override
    public Usage interpret(List<Reference> references) {
      List<String> all = List.copyOf(gaps);
      return new Usage() {
        @Override
        public Evidence of(Target target) {
          List<String> places =
              references.stream()
                  .filter(reference -> reference.value().equals(target.id()))
                  .map(Reference::where)
                  .toList();
          return places.isEmpty()
              ? new Evidence.NotInUse(2, references.size())
              : new Evidence.InUse(places, places.size());
        }

        @Override
        public List<String> gaps() {
          return all;
        }
      };
    }

    @Override
    public Probe probe() {
      return new Probe(
          new Reference("tripwire", "made/up", "", "probe", Reference.Form.NAME, ""),
          Target.of("image", "tripwire", "probe"));
    }
  }

  private Verdict ask(Target target) {
    return check.review(Intent.of("delete", target).because("a test"));
  }

  private void assertIncomplete(String part) {
    Verdict refreshed = check.refresh();
    assertThat(refreshed.level()).isEqualTo(Level.HALT);
    assertThat(refreshed.reasons())
        .extracting(Reason::code)
        .containsOnly(Reason.EVIDENCE_INCOMPLETE);
    assertThat(refreshed.toString()).contains(part);
    assertThat(ask(OLD).level()).isEqualTo(Level.HALT);
    assertThat(ask(OLD).reasons())
        .extracting(Reason::code)
        .contains(InUseCheck.UNKNOWN, Reason.EVIDENCE_INCOMPLETE);
    assertThat(check.explain(OLD)).isInstanceOf(Evidence.Unknown.class);
  }

  @Test
  void whatIsDeclared_isInUse_alsoAtZeroReplicas() {
    assertThat(check.refresh()).isSameAs(Verdict.allow());
    Verdict verdict = ask(API);
    assertThat(verdict.level()).isEqualTo(Level.REFUSE);
    Reason reason = verdict.reasons().get(0);
    assertThat(reason.code()).isEqualTo(Reason.IN_USE);
    assertThat(reason.where()).hasValue("prod/Deployment/shop/api spec.image replicas 0");
    assertThat(reason.sentence()).contains("prod/Deployment/shop/api").contains("replicas 0");
    assertThat(ask(OLD)).isSameAs(Verdict.allow());
    assertThat(check.explain(API)).isInstanceOf(Evidence.InUse.class);
    assertThat(check.explain(OLD)).isInstanceOf(Evidence.NotInUse.class);
    assertThat(check.snapshots()).hasSize(2);
  }

  @Test
  void t23_aSourceThatSaysItIsIncomplete_halts_butWhatItFoundProtects() {
    prod.answer = () -> prod.incomplete("prod: cronjobs were forbidden (403)");
    assertIncomplete("403");
    assertThat(ask(API).reasons()).extracting(Reason::code).contains(Reason.IN_USE);
    assertThat(check.explain(API)).isInstanceOf(Evidence.InUse.class);
    assertThat(check.gaps()).containsExactly("prod: cronjobs were forbidden (403)");
  }

  @Test
  void t22_aSourceThatThrowsOrAnswersNothing_halts() {
    prod.answer =
        () -> {
          throw new IllegalStateException("token-4711");
        };
    assertIncomplete("prod");
    assertThat(check.refresh().toString()).doesNotContain("4711");
    prod.answer =
        () -> {
          throw new StackOverflowError();
        };
    assertIncomplete("prod");
    prod.answer = () -> null;
    assertIncomplete("prod");
  }

  @Test
  void aSourceInAnothersName_halts() {
    prod.answer = () -> test.complete();
    assertIncomplete("prod");
  }

  @Test
  void law11_anEmptyAnswerFromWhatUsedToBeFull_halts() {
    assertThat(check.refresh().allowed()).isTrue();
    prod.found.clear();
    assertIncomplete("prod is empty");
    assertIncomplete("prod is empty");
    prod.uses("api", "Deployment/shop/api", "");
    assertThat(check.refresh().allowed()).isTrue();
  }

  @Test
  void law11_fullnessIsRemembered_alsoFromAListingThatWasIncompleteElsewhere() {
    test.answer = () -> test.incomplete("test: half a page");
    assertIncomplete("half a page");
    test.answer = test::complete;
    prod.found.clear();
    assertIncomplete("prod is empty");
  }

  @Test
  void aSourceThatWasAlwaysEmpty_isBelieved() {
    test.found.clear();
    assertThat(check.refresh().allowed()).isTrue();
    assertThat(check.refresh().allowed()).isTrue();
    assertThat(ask(OLD).allowed()).isTrue();
  }

  @Test
  void aReferenceThatNobodyUnderstands_halts() {
    names.gaps.add("prod/Deployment/shop/odd: '%%%' is no image reference");
    assertIncomplete("%%%");
  }

  @Test
  void endlessGaps_areNamedInPart() {
    for (int i = 0; i < 10_000; i++) {
      names.gaps.add("gap " + i);
    }
    assertThat(check.refresh().reasons()).hasSizeLessThan(30);
    assertThat(check.gaps()).hasSize(10_000);
    assertThat(check.refresh().toString()).contains("9980 more");
  }

  @Test
  void t22_anInterpreterThatFails_halts() {
    for (Function<List<Reference>, Interpreter.Usage> broken :
        List.<Function<List<Reference>, Interpreter.Usage>>of(
            references -> null,
            references -> {
              throw new IllegalStateException();
            },
            references -> {
              throw new StackOverflowError();
            })) {
      InUseCheck dead =
          InUseCheck.of(
              new Names() {
                @Override
                public Usage interpret(List<Reference> references) {
                  return broken.apply(references);
                }
              },
              List.of(prod),
              time);
      assertThat(dead.refresh().level()).isEqualTo(Level.HALT);
      assertThat(dead.review(Intent.of("delete", OLD).because("a test")).level())
          .isEqualTo(Level.HALT);
      assertThat(dead.explain(OLD)).isInstanceOf(Evidence.Unknown.class);
    }
  }

  @Test
  void anUnknownAnswer_refuses() {
    InUseCheck unsure =
        InUseCheck.of(
            new Names() {
              @Override
              public Usage interpret(List<Reference> references) {
                return new Usage() {
                  @Override
                  public Evidence of(Target target) {
                    return new Evidence.Unknown("its index could not be read");
                  }

                  @Override
                  public List<String> gaps() {
                    return List.of();
                  }
                };
              }
            },
            List.of(prod),
            time);
    Verdict verdict = unsure.review(Intent.of("delete", OLD).because("a test"));
    assertThat(verdict.level()).isEqualTo(Level.REFUSE);
    assertThat(verdict.reasons()).extracting(Reason::code).containsExactly(InUseCheck.UNKNOWN);
    assertThat(verdict.toString()).contains("its index could not be read");
  }

  // --- age

  @Test
  void evidenceIsListedAnewWhenItIsTooOld_byEitherClock() {
    assertThat(check.stale()).isTrue();
    ask(OLD);
    assertThat(prod.reads).hasValue(1);
    time.pass(Duration.ofSeconds(60));
    assertThat(check.stale()).isFalse();
    ask(OLD);
    assertThat(prod.reads).hasValue(1);
    time.tick(Duration.ofMillis(1));
    assertThat(check.stale()).isTrue();
    ask(OLD);
    assertThat(prod.reads).hasValue(2);
    time.jump(Duration.ofSeconds(61));
    ask(OLD);
    assertThat(prod.reads).as("a suspended machine ages evidence").hasValue(3);
    time.jump(Duration.ofHours(-1));
    ask(OLD);
    assertThat(prod.reads).as("a clock that went back is not trusted").hasValue(4);
  }

  @Test
  void t08_whatComesIntoUseLater_isFoundByTheNextListing() {
    assertThat(ask(OLD).allowed()).isTrue();
    prod.uses("old", "Deployment/shop/rollback", "");
    assertThat(check.refresh().allowed()).isTrue();
    assertThat(ask(OLD).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void ageCountsFromTheBeginning_soAListingThatTakesTooLong_isNotBelieved() {
    prod.takes = Duration.ofSeconds(90);
    Verdict verdict = ask(OLD);
    assertThat(verdict.level()).isEqualTo(Level.REFUSE);
    assertThat(verdict.reasons()).extracting(Reason::code).contains(InUseCheck.UNKNOWN);
    assertThat(ask(API).reasons()).extracting(Reason::code).contains(Reason.IN_USE);
  }

  @Test
  void aSourceThatAnswersFromItsMemory_isAsOldAsThat() {
    Instant hourAgo = time.now().minus(Duration.ofHours(1));
    prod.answer = () -> new ReferenceSnapshot.Complete("prod", hourAgo, prod.found);
    assertThat(check.refresh().allowed()).isTrue();
    assertThat(check.stale()).isTrue();
    assertThat(ask(OLD).level()).isEqualTo(Level.REFUSE);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 901})
  void aMaximumAgeIsBounded(long seconds) {
    assertThatThrownBy(() -> check.maxAge(Duration.ofSeconds(seconds)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noSource_orTwoOfOneName_isAnError() {
    assertThatThrownBy(() -> InUseCheck.of(names, List.of(), time))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> InUseCheck.of(names, List.of(prod, new Source("prod")), time))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> InUseCheck.of(names, List.of(new Source(" ")), time))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refresh_listsEverySourceAnew_alsoAtTheSameInstant() {
    check.refresh();
    check.refresh();
    assertThat(prod.reads).hasValue(2);
    assertThat(test.reads).hasValue(2);
  }

  @Test
  void manyWhoNeedAListing_shareOne() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    prod.answer =
        () -> {
          reading.countDown();
          try {
            assertThat(go.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return prod.complete();
        };
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Verdict>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(threads.submit(() -> ask(OLD)));
      }
      assertThat(reading.await(30, TimeUnit.SECONDS)).as("somebody lists").isTrue();
      go.countDown();
      for (Future<Verdict> one : all) {
        assertThat(one.get().allowed()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(prod.reads.get()).isEqualTo(1);
  }

  // --- proof of life

  @Test
  void everyTripwireTrips_andReadsNoSource() {
    for (Tripwire wire : check.tripwires()) {
      assertThat(wire.check().getAsBoolean()).as(wire.name()).isTrue();
    }
    assertThat(prod.reads).hasValue(0);
  }

  @Test
  void law14_aBlindInterpreter_doesNotProve() {
    InUseCheck blind =
        InUseCheck.of(
            new Names() {
              @Override
              public Usage interpret(List<Reference> references) {
                return super.interpret(List.of());
              }
            },
            List.of(prod),
            time);
    assertThat(blind.tripwires()).anyMatch(wire -> !wire.check().getAsBoolean());
  }

  private InUseCheck anotherProcess(StateStore store) {
    InUseCheck other = InUseCheck.of(names, List.of(prod, test), time);
    other.bind("cleanup", store);
    return other;
  }

  @Test
  void aSourceThatWasFullInAnEarlierProcess_isNotBelievedToBeEmpty() {
    MemoryStateStore store = MemoryStateStore.create(time);
    assertThat(anotherProcess(store).refresh().allowed()).isTrue();
    prod.found.clear();
    Verdict verdict = anotherProcess(store).refresh();
    assertThat(verdict.level()).isEqualTo(Level.HALT);
    assertThat(verdict.toString()).contains("prod is empty").contains("1 references before");
    assertThat(anotherProcess(MemoryStateStore.create(time)).refresh().allowed())
        .as("who never saw it full cannot know")
        .isTrue();
    InUseCheck told = InUseCheck.of(names, List.of(prod, test), time).mayBeEmpty(List.of("prod"));
    told.bind("cleanup", store);
    assertThat(told.refresh().allowed()).isTrue();
    assertThatThrownBy(() -> told.mayBeEmpty(List.of("prd")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatWasSeenFull_andCannotBeReadOrKept_isAGap() {
    StateStore broken =
        (StateStore)
            Proxy.newProxyInstance(
                StateStore.class.getClassLoader(),
                new Class<?>[] {StateStore.class},
                (proxy, method, arguments) -> {
                  throw new StateException("the disk is gone");
                });
    Verdict verdict = anotherProcess(broken).refresh();
    assertThat(verdict.level()).isEqualTo(Level.HALT);
    assertThat(verdict.toString()).contains("its guard's state cannot tell");
  }

  @Test
  void oneCheck_isOneGuards() {
    check.bind("one", null);
    check.bind("one", null);
    assertThatThrownBy(() -> check.bind("two", null))
        .isInstanceOf(GuardConfigurationException.class);
  }

  private void fill(int many) {
    prod.found.clear();
    for (int i = 0; i < many; i++) {
      prod.uses("image-" + i, "Deployment/shop/d" + i, "");
    }
  }

  @Test
  void aSuddenFall_suspectsTheObserver_alsoInANewProcess_untilADayHasPassed() {
    MemoryStateStore store = MemoryStateStore.create(time);
    fill(100);
    assertThat(anotherProcess(store).refresh().allowed()).isTrue();
    fill(40);
    assertThat(anotherProcess(store).refresh().allowed()).as("60 % fewer").isTrue();
    fill(39);
    for (int hours = 0; hours < 38; hours += 6) {
      Verdict verdict = anotherProcess(store).refresh();
      assertThat(verdict.level()).as("after %s hours", hours).isEqualTo(Level.HALT);
      assertThat(verdict.toString()).contains("prod fell from 100 to 39").contains("observer");
      time.pass(Duration.ofHours(6));
    }
    assertThat(anotherProcess(store).refresh().allowed()).as("the day after the next").isTrue();
  }

  @Test
  void aSuddenFall_isAlsoSeenWithoutAStore_andAsMuchAsIsSaid() {
    fill(100);
    assertThat(check.refresh().allowed()).isTrue();
    fill(30);
    assertThat(check.refresh().level()).isEqualTo(Level.HALT);

    InUseCheck calm = check.mayFallBy(70);
    fill(100);
    assertThat(calm.refresh().allowed()).isTrue();
    fill(30);
    assertThat(calm.refresh().allowed()).isTrue();
    fill(29);
    assertThat(calm.refresh().level()).isEqualTo(Level.HALT);
    assertThatThrownBy(() -> check.mayFallBy(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> check.mayFallBy(101)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fewReferences_mayComeAndGo() {
    fill(9);
    assertThat(check.refresh().allowed()).isTrue();
    fill(1);
    assertThat(check.refresh().allowed()).isTrue();
  }
}
