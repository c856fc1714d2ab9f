package dev.guard.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.state.StateDocument.Change;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDocumentTest {
  private static final String KEY = "guard/test/document";
  private static final StateDocument.Form<String> TEXT =
      new StateDocument.Form<>() {
        @Override
        public String read(byte[] json) {
          String text = new String(json, UTF_8);
          if (!text.startsWith("\"")) {
            throw new IllegalArgumentException("no text");
          }
          return text.substring(1, text.length() - 1);
        }

        @Override
        public byte[] write(String value) {
          return ("\"" + value + "\"").getBytes(UTF_8);
        }
      };

  private final Scripted store = new Scripted();
  private final AtomicInteger ids = new AtomicInteger();

  private StateDocument<String> document() {
    return StateDocument.in(store, KEY, TEXT);
  }

  /** Adds a letter, and answers what there is then. */
  private static String add(StateDocument<String> document, String letter) {
    return document.change(
        found -> {
          String next = found.orElse("") + letter;
          return Change.to(next, next);
        });
  }

  private String raw() {
    return store.behind.get(KEY).map(found -> new String(found.value(), UTF_8)).orElse("");
  }

  private static void refused(ThrowingCallable call, boolean mayHaveRun, String says) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StateException.class, e -> assertThat(e.mayHaveRun()).isEqualTo(mayHaveRun))
        .hasMessageContaining(says);
  }

  @Test
  void whatIsWritten_isRead_andStamped() {
    assertThat(document().read()).isEmpty();
    StateDocument<String> counted =
        document().writeIds(() -> "w" + ids.incrementAndGet()).fencedBy(new Fence(3, "ada"));
    assertThat(add(counted, "a")).isEqualTo("a");
    assertThat(add(counted, "b")).isEqualTo("ab");
    assertThat(document().read()).contains("ab");
    assertThat(raw())
        .isEqualTo(
            "{\"schema\":\"guard.document/1\",\"serial\":\"2\",\"writes\":[\"w1\",\"w2\"],"
                + "\"epoch\":\"3\",\"holder\":\"ada\",\"value\":\"ab\"}");
  }

  @Test
  void aChangeThatIsNone_writesNothing() {
    assertThat(document().<Integer>change(found -> Change.none(7))).isEqualTo(7);
    assertThat(store.behind.get(KEY)).isEmpty();
    add(document(), "a");
    String before = raw();
    assertThat(document().<String>change(found -> Change.none(found.orElseThrow()))).isEqualTo("a");
    assertThat(raw()).isEqualTo(before);
  }

  @Test
  void theChange_isAskedAgain_whenSomebodyElseWasFaster() {
    AtomicInteger asked = new AtomicInteger();
    String answer =
        document()
            .change(
                found -> {
                  if (asked.incrementAndGet() < 4) {
                    add(document(), "x");
                  }
                  String next = found.orElse("") + "a";
                  return Change.to(next, next);
                });
    assertThat(answer).isEqualTo("xxxa");
    assertThat(asked).hasValue(4);
  }

  @Test
  void aStormOfConflicts_ends() {
    AtomicInteger asked = new AtomicInteger();
    refused(
        () ->
            document()
                .change(
                    found -> {
                      asked.incrementAndGet();
                      add(document(), "x");
                      return Change.to("", "");
                    }),
        false,
        "too many");
    assertThat(asked).hasValueBetween(10, 1000);
  }

  @Test
  void onlyTheLast64Writes_areRemembered() {
    StateDocument<String> counted = document().writeIds(() -> "w" + ids.incrementAndGet());
    for (int i = 0; i < 70; i++) {
      add(counted, "a");
    }
    assertThat(raw()).contains("\"serial\":\"70\"", "\"w7\"", "\"w70\"").doesNotContain("\"w6\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "ä", "a\"b"})
  void aWriteIdThatIsNone_isRefused(String id) {
    assertThatThrownBy(() -> add(document().writeIds(() -> id), "a"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aWriteIdThatComesTwice_isRefused() {
    add(document().writeIds(() -> "same"), "a");
    assertThatThrownBy(() -> add(document().writeIds(() -> "same"), "b"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(document().read()).contains("a");
  }

  // --- unknown outcomes

  @Test
  void aWriteThatArrivedUnanswered_isAcknowledgedOnce() {
    store.next(Step.WRITTEN);
    assertThat(add(document(), "a")).isEqualTo("a");
    store.next(Step.WRITTEN);
    assertThat(add(document(), "b")).isEqualTo("ab");
    assertThat(document().read()).contains("ab");
  }

  @Test
  void aWriteThatNeverArrived_isMadeAgain() {
    store.next(Step.LOST);
    assertThat(add(document(), "a")).isEqualTo("a");
    store.next(Step.LOST, Step.LOST, Step.WRITTEN);
    assertThat(add(document(), "b")).isEqualTo("ab");
    assertThat(document().read()).contains("ab");
  }

  @Test
  void aWriteThatArrivesLate_isNeitherLostNorDoubled() {
    add(document(), "a");
    store.next(Step.HELD, Step.ARRIVES_FIRST);
    assertThat(add(document(), "b")).isEqualTo("ab");
    assertThat(document().read()).contains("ab");
    store.next(Step.HELD);
    assertThat(add(document(), "c")).isEqualTo("abc");
    store.arrive();
    assertThat(document().read()).as("the held one came too late").contains("abc");
  }

  @Test
  void aWriteOthersWroteOver_isFoundAmongTheLast() {
    store.next(Step.WRITTEN_THEN_OTHERS);
    assertThat(add(document(), "a")).isEqualTo("a");
    assertThat(document().read()).contains("axx");
  }

  @Test
  void aWriteOthersWereFasterThan_isMadeAgainOnTop() {
    add(document(), "a");
    store.next(Step.OTHERS_THEN_LOST);
    assertThat(add(document(), "b")).isEqualTo("axxb");
  }

  @Test
  void aWriteOthersWroteOverTooOften_staysUnknown() {
    store.next(Step.WRITTEN_THEN_VERY_MANY_OTHERS);
    refused(() -> add(document(), "a"), true, "unknown");
  }

  @Test
  void aDocumentThatVanishedMeanwhile_leavesItUnknown() {
    add(document(), "a");
    store.next(Step.WRITTEN_THEN_REMOVED);
    refused(() -> add(document(), "b"), true, "unknown");
  }

  @Test
  void anOutageAfterAnUnknownWrite_leavesItUnknown() {
    store.next(Step.WRITTEN, Step.AWAY);
    refused(() -> add(document(), "a"), true, "unknown");
    assertThat(document().read()).contains("a");
  }

  @Test
  void anOutageBeforeAnyWrite_isNoDoubt() {
    store.next(Step.AWAY);
    refused(() -> add(document(), "a"), false, "away");
    assertThat(document().read()).isEmpty();
  }

  @Test
  void unknownAgainAndAgain_isGivenUpSoon() {
    store.next(Step.LOST, Step.LOST, Step.LOST, Step.LOST);
    refused(() -> add(document(), "a"), true, "unknown");
    assertThat(store.writes).isEqualTo(4);
  }

  @Test
  void nothingToWriteAfterAnUnknownWrite_isStillUnknown() {
    AtomicInteger asked = new AtomicInteger();
    store.next(Step.HELD);
    refused(
        () ->
            document()
                .change(
                    found ->
                        asked.incrementAndGet() == 1 ? Change.to("a", true) : Change.none(false)),
        true,
        "unknown");
  }

  @Test
  void nothingToWriteAfterAWriteThatNeverWillArrive_isAnswered() {
    AtomicInteger asked = new AtomicInteger();
    store.next(Step.OTHERS_THEN_LOST);
    boolean answer =
        document()
            .change(
                found -> asked.incrementAndGet() == 1 ? Change.to("a", true) : Change.none(false));
    assertThat(answer).isFalse();
    assertThat(document().read()).contains("xx");
  }

  @Test
  void aChangeThatThrowsAfterAnUnknownWrite_isStillUnknown() {
    AtomicInteger asked = new AtomicInteger();
    store.next(Step.HELD);
    refused(
        () ->
            document()
                .change(
                    found -> {
                      if (asked.incrementAndGet() > 1) {
                        throw new IllegalStateException("told to");
                      }
                      return Change.to("a", true);
                    }),
        true,
        "unknown");
  }

  // --- fencing

  @Test
  void aLowerEpoch_isRefused_andNamesTheHolder() {
    StateDocument<String> ada = document().fencedBy(new Fence(4, "ada"));
    StateDocument<String> bob = document().fencedBy(new Fence(5, "bob"));
    add(ada, "a");
    add(bob, "b");
    refused(() -> add(ada, "c"), false, "'bob'");
    refused(() -> add(ada, "c"), false, "epoch 5");
    assertThat(document().read()).contains("ab");
    assertThat(ada.read()).as("reading is allowed").contains("ab");
  }

  @Test
  void anotherHolderOfTheSameEpoch_isRefused() {
    add(document().fencedBy(new Fence(4, "ada")), "a");
    refused(() -> add(document().fencedBy(new Fence(4, "bob")), "b"), false, "'ada'");
    assertThat(add(document().fencedBy(new Fence(4, "ada")), "b")).isEqualTo("ab");
  }

  @Test
  void aWriteWithoutAFence_keepsTheFence() {
    add(document().fencedBy(new Fence(4, "ada")), "a");
    add(document(), "b");
    refused(() -> add(document().fencedBy(new Fence(3, "bob")), "c"), false, "'ada'");
    assertThat(document().read()).contains("ab");
  }

  @Test
  void aFenceWithoutEpochOrHolder_isRefused() {
    assertThatThrownBy(() -> new Fence(0, "ada")).isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> new Fence(1, " ")).isInstanceOf(GuardConfigurationException.class);
  }

  // --- damage

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "\"a\"",
        "{\"schema\":\"guard.document/2\",\"serial\":\"1\",\"writes\":[\"a\"],\"value\":\"a\"}",
        "{\"schema\":\"guard.document/1\",\"serial\":\"1\",\"writes\":[\"a\"]}",
        "{\"schema\":\"guard.document/1\",\"serial\":\"x\",\"writes\":[\"a\"],\"value\":\"a\"}",
        "{\"schema\":\"guard.document/1\",\"serial\":\"0\",\"writes\":[],\"value\":\"a\"}",
        "{\"schema\":\"guard.document/1\",\"serial\":\"2\",\"writes\":[\"a\"],\"value\":\"a\"}",
        "{\"schema\":\"guard.document/1\",\"serial\":\"1\",\"writes\":[\"a b\"],\"value\":\"a\"}",
        "{\"schema\":\"guard.document/1\",\"serial\":\"1\",\"writes\":[\"a\"],\"epoch\":\"1\",\"value\":\"a\"}",
        "{\"schema\":\"guard.document/1\",\"serial\":\"1\",\"writes\":[\"a\"],\"epoch\":\"0\",\"holder\":\"a\",\"value\":\"a\"}",
        "{\"schema\":\"guard.document/1\",\"serial\":\"1\",\"writes\":[\"a\"],\"value\":7}"
      })
  void aDamagedDocument_isNeitherAbsentNorOverwritten(String content) {
    store.behind.compareAndSet(KEY, null, content.getBytes(UTF_8));
    refused(() -> document().read(), false, KEY);
    refused(() -> add(document(), "a"), false, KEY);
    assertThat(raw()).isEqualTo(content);
  }

  @Test
  void aFormThatWritesNoJson_isRefused() {
    StateDocument.Form<String> broken =
        new StateDocument.Form<>() {
          @Override
          public String read(byte[] json) {
            return "";
          }

          @Override
          public byte[] write(String value) {
            return "no json".getBytes(UTF_8);
          }
        };
    assertThatThrownBy(() -> add(StateDocument.in(store, KEY, broken), "a"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(raw()).isEmpty();
  }

  @Test
  void aBadKey_isRefusedAtOnce() {
    assertThatThrownBy(() -> StateDocument.in(store, "../x", TEXT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** How one write goes, or the access after it. */
  private enum Step {
    WRITTEN,
    LOST,
    /** Unknown; it arrives when it is let. */
    HELD,
    /** What was held arrives just before this write. */
    ARRIVES_FIRST,
    WRITTEN_THEN_OTHERS,
    OTHERS_THEN_LOST,
    WRITTEN_THEN_VERY_MANY_OTHERS,
    WRITTEN_THEN_REMOVED,
    /** The next access of any kind fails. */
    AWAY
  }

  /** A store whose writes go as the test wants, seen from outside. */
  private static final class Scripted implements StateStore {
    private MemoryStateStore behind = MemoryStateStore.create();
    private final Deque<Step> script = new ArrayDeque<>();
    private @Nullable Runnable held;
    private int writes;

    void next(Step... steps) {
      script.addAll(List.of(steps));
    }

    void arrive() {
      Runnable one = held;
      held = null;
      if (one != null) {
        one.run();
      }
    }

    private void others(int times) {
      for (int i = 0; i < times; i++) {
        add(StateDocument.in(behind, KEY, TEXT), "x");
      }
    }

    private void refuseIfAway() {
      if (script.peek() == Step.AWAY) {
        script.poll();
        throw new StateException("It is away.");
      }
    }

    @Override
    public Optional<Versioned> get(String key) {
      refuseIfAway();
      return behind.get(key);
    }

    @Override
    public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
      refuseIfAway();
      writes++;
      Step step = script.poll();
      if (step == null) {
        return behind.compareAndSet(key, expected, value);
      }
      switch (step) {
        case ARRIVES_FIRST:
          arrive();
          return behind.compareAndSet(key, expected, value);
        case HELD:
          held = () -> behind.compareAndSet(key, expected, value);
          break;
        case LOST:
          break;
        case OTHERS_THEN_LOST:
          others(2);
          break;
        default:
          behind.compareAndSet(key, expected, value);
          break;
      }
      if (step == Step.WRITTEN_THEN_OTHERS) {
        others(2);
      } else if (step == Step.WRITTEN_THEN_VERY_MANY_OTHERS) {
        others(64);
      } else if (step == Step.WRITTEN_THEN_REMOVED) {
        behind = MemoryStateStore.create();
      }
      throw new StateException("Nobody knows.", null, true);
    }

    @Override
    public List<String> keys(String prefix) {
      return behind.keys(prefix);
    }

    @Override
    public Instant now() {
      return behind.now();
    }

    @Override
    public Capabilities capabilities() {
      return behind.capabilities();
    }
  }
}
