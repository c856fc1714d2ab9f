package dev.guard.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.Verdict.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProtectionTest {
  private static final Target PLAIN = Target.of("image", "registry/team/api", "sha256:aa");

  private static Verdict ask(Protection protection, Target... targets) {
    return protection.review(Intent.of("delete", List.of(targets)).because("a test"));
  }

  private static void assertSays(Verdict verdict, String code) {
    assertThat(verdict.level()).isEqualTo(Level.REFUSE);
    assertThat(verdict.reasons()).extracting(Reason::code).containsOnly(code);
    assertThat(verdict.wouldGo()).as("nothing lifts a protection").isFalse();
  }

  @Test
  void aLabelOfAnExactValue_protects() {
    Protection labels = Protection.labels(Map.of("protected", "true", "tier", "gold"));
    assertSays(ask(labels, PLAIN.with("protected", "true")), Protection.PROTECTED);
    assertSays(ask(labels, PLAIN.with("tier", "gold")), Protection.PROTECTED);
    assertThat(ask(labels, PLAIN.with("protected", "TRUE"))).isSameAs(Verdict.allow());
    assertThat(ask(labels, PLAIN)).isSameAs(Verdict.allow());
  }

  @Test
  void anId_protects_exactly() {
    Protection ids = Protection.ids(List.of("sha256:aa"));
    assertSays(ask(ids, PLAIN), Protection.PROTECTED);
    assertThat(ask(ids, Target.of("image", "registry", "sha256:aab")).allowed()).isTrue();
  }

  @Test
  void aPattern_protectsAnyOfSeveralValues() {
    Protection tags = Protection.glob("tags", List.of("production-*", "v?.0"));
    assertSays(ask(tags, PLAIN.with("tags", "production-7")), Protection.PROTECTED);
    assertSays(ask(tags, PLAIN.with("tags", "latest,production-")), Protection.PROTECTED);
    assertSays(ask(tags, PLAIN.with("tags", "v1.0")), Protection.PROTECTED);
    assertThat(ask(tags, PLAIN.with("tags", "pre-production-7,v10.0")).allowed()).isTrue();
    assertThat(ask(tags, PLAIN.with("tags", "")).allowed()).isTrue();
    assertSays(ask(Protection.idGlob(List.of("sha256:*")), PLAIN), Protection.PROTECTED);
  }

  @Test
  void t13_aTargetThatLacksTheLabelOfAPattern_isProtected() {
    Verdict verdict = ask(Protection.glob("tags", List.of("production-*")), PLAIN);
    assertSays(verdict, Protection.UNREADABLE);
    assertThat(verdict.toString()).contains("no label 'tags'");
  }

  @Test
  void t24_aConditionThatThrows_protects() {
    Protection runtime =
        Protection.when(
            "broken",
            "v1",
            target -> {
              throw new IllegalStateException("secret-4711");
            },
            PLAIN);
    assertSays(ask(runtime, PLAIN), Protection.UNREADABLE);
    assertThat(ask(runtime, PLAIN).toString()).doesNotContain("4711");
    Protection error =
        Protection.when(
            "broken",
            "v1",
            target -> {
              throw new AssertionError();
            },
            PLAIN);
    assertSays(ask(error, PLAIN), Protection.UNREADABLE);
  }

  @Test
  void oneProtectedTarget_refusesTheWholeIntent() {
    Protection ids = Protection.ids(List.of("b"));
    Verdict verdict =
        ask(
            ids,
            Target.of("row", "db", "a"),
            Target.of("row", "db", "b"),
            Target.of("row", "db", "c"));
    assertSays(verdict, Protection.PROTECTED);
    assertThat(verdict.toString()).contains("row db b");
  }

  @Test
  void t30_blankEntries_areErrors_andAnEmptyListProtectsNothingAndSaysSo() {
    assertThatThrownBy(() -> Protection.ids(List.of("a", " ")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Protection.labels(Map.of("", "x")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Protection.glob("tags", List.of("")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Protection.glob(" ", List.of("*")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Protection.when("", "v1", target -> true, PLAIN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Protection.when("x", " ", target -> true, PLAIN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Protection.none().named(" "))
        .isInstanceOf(IllegalArgumentException.class);
    for (Protection empty :
        List.of(
            Protection.none(),
            Protection.ids(List.of()),
            Protection.labels(Map.of()),
            Protection.glob("tags", List.of()),
            Protection.none().or(Protection.ids(List.of())))) {
      assertThat(empty.isEmpty()).isTrue();
      assertThat(empty.tripwires()).isEmpty();
      assertThat(ask(empty, PLAIN).allowed()).isTrue();
    }
  }

  private static List<Protection> parts() {
    return new ArrayList<>(
        List.of(
            Protection.ids(List.of("sha256:aa", "x")),
            Protection.labels(Map.of("protected", "true")),
            Protection.glob("tags", List.of("production-*", "v1")),
            Protection.idGlob(List.of("keep-*")),
            Protection.when(
                "young", "v1", target -> target.id().startsWith("y"), Target.of("t", "t", "y"))));
  }

  @Test
  void t03_protectionWins_whateverTheOrder_andTheDigestIsOfTheContentAlone() {
    Target marked = PLAIN.with("protected", "true").with("tags", "production-1");
    Verdict first = null;
    for (int seed = 0; seed < 30; seed++) {
      List<Protection> parts = parts();
      Collections.shuffle(parts, new Random(seed));
      Protection all = parts.stream().reduce(Protection.none(), Protection::or);
      Verdict verdict = ask(all, marked);
      assertThat(verdict.level()).isEqualTo(Level.REFUSE);
      first = first == null ? verdict : first;
      assertThat(verdict).isEqualTo(first);
      assertThat(all.digest())
          .isEqualTo(parts().stream().reduce(Protection.none(), Protection::or).digest());
      assertThat(all.or(all).digest()).isEqualTo(all.digest());
    }
  }

  @Test
  void t25_everyChangeOfContent_changesTheDigest() {
    List<Protection> all = parts();
    all.add(Protection.none());
    all.add(Protection.ids(List.of("sha256:aa")));
    all.add(Protection.labels(Map.of("protected", "false")));
    all.add(Protection.glob("tag", List.of("production-*", "v1")));
    all.add(Protection.when("young", "v2", target -> true, PLAIN));
    all.add(Protection.when("youngv", "1", target -> true, PLAIN));
    all.add(Protection.ids(List.of("a 1:b")));
    all.add(Protection.labels(Map.of("a b", "c")));
    all.add(Protection.labels(Map.of("a", "b c")));
    all.add(Protection.ids(List.of("a", "b")));
    assertThat(all.stream().map(Protection::digest)).doesNotHaveDuplicates();
    assertThat(Protection.ids(List.of("a")).named("other").digest())
        .isEqualTo(Protection.ids(List.of("a")).digest());
  }

  @Test
  void everyTripwireTrips_forItsOwnRule() {
    Protection all = parts().stream().reduce(Protection.none(), Protection::or);
    assertThat(all.tripwires()).hasSizeGreaterThan(6);
    for (Tripwire wire : all.tripwires()) {
      assertThat(wire.check().getAsBoolean()).as(wire.name()).isTrue();
    }
  }

  @Test
  void aDeadCondition_doesNotProve_alsoIfAnotherRuleProtectsItsExample() {
    Protection dead = Protection.when("dead", "v1", target -> false, Target.of("t", "t", "x"));
    assertThat(dead.or(Protection.ids(List.of("x"))).tripwires())
        .anyMatch(wire -> !wire.check().getAsBoolean());
    Protection broken =
        Protection.when(
            "broken",
            "v1",
            target -> {
              throw new IllegalStateException();
            },
            PLAIN);
    assertThat(broken.tripwires()).anyMatch(wire -> !wire.check().getAsBoolean());
  }
}
