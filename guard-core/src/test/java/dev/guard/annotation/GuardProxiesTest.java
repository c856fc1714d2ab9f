package dev.guard.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.Guard;
import dev.guard.GuardConfigurationException;
import dev.guard.GuardRefusedException;
import dev.guard.Outcome;
import dev.guard.Permit;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.dryrun.DryRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A guarded method is one call of its guard, whichever way it is made. */
class GuardProxiesTest {
  private final List<AuditRecord> records = new ArrayList<>();
  private final List<String> deleted = new ArrayList<>();
  private boolean refusing;

  record Row(String key) {
    Target target() {
      return Target.of("row", "db", key);
    }
  }

  interface Rows {
    @Guarded(value = "rows", action = "row.delete", because = "orphaned")
    void delete(@GuardTargets Row row) throws IOException;

    @Guarded("rows")
    Outcome<Integer> purge(String table, @GuardTargets List<Row> rows);

    int count();

    @Guarded("rows")
    default void deleteOne(@GuardTargets Row row) throws IOException {
      delete(row);
    }
  }

  /** Not final, so that it can be extended too. */
  static class JdbcRows implements Rows {
    private final List<String> deleted;

    JdbcRows(List<String> deleted) {
      this.deleted = deleted;
    }

    @Override
    public void delete(Row row) throws IOException {
      if (row.key().equals("broken")) {
        throw new IOException("the disk is gone");
      }
      Guard.requireActive("rows");
      deleted.add(row.key());
    }

    @Override
    public Outcome<Integer> purge(String table, List<Row> rows) {
      rows.forEach(row -> deleted.add(row.key()));
      return Outcome.done(rows.size());
    }

    @Override
    public int count() {
      return deleted.size();
    }

    void deleteTwice(Row one, Row other) throws IOException {
      delete(one);
      delete(other);
    }
  }

  private Guard guard(DryRun mode) {
    return Guard.named("rows")
        .dryRun(mode)
        .unlimited("not of interest")
        .audit(records::add)
        .safeguard(
            Safeguard.refuseIf(
                "protects", intent -> refusing || protects(intent), Tripwire.of(() -> true)))
        .build();
  }

  private static boolean protects(dev.guard.Intent intent) {
    return intent.targets().stream().anyMatch(target -> target.id().equals("protected"));
  }

  private GuardProxies proxies(DryRun mode) {
    return GuardProxies.with(Guards.of(guard(mode)).targets(Row.class, Row::target));
  }

  private Rows view() {
    return proxies(DryRun.off()).wrap(Rows.class, new JdbcRows(deleted));
  }

  private JdbcRows object() {
    return proxies(DryRun.off()).create(JdbcRows.class, deleted);
  }

  @Test
  void aViewOfAnInterface_guardsTheCallAndRecordsIt() throws IOException {
    view().delete(new Row("a"));
    assertThat(deleted).containsExactly("a");
    assertThat(records)
        .filteredOn(record -> record.phase() != Phase.DECISION)
        .extracting(record -> record.phase() + " " + record.action() + " " + record.because())
        .containsExactly("INTENDED row.delete orphaned", "OUTCOME row.delete orphaned");
  }

  @Test
  void anObjectOfAClass_guardsTheCallAndItsOwnCallsToItself() throws IOException {
    JdbcRows rows = object();
    rows.delete(new Row("a"));
    rows.deleteTwice(new Row("b"), new Row("c"));
    assertThat(deleted).containsExactly("a", "b", "c");
    assertThat(records).filteredOn(record -> record.phase() == Phase.INTENDED).hasSize(3);
    assertThatThrownBy(() -> rows.deleteTwice(new Row("d"), new Row("protected")))
        .isInstanceOf(GuardRefusedException.class);
    assertThat(deleted).containsExactly("a", "b", "c", "d");
  }

  @Test
  void aDefaultMethod_isGuardedEitherWay() throws IOException {
    view().deleteOne(new Row("a"));
    object().deleteOne(new Row("b"));
    refusing = true;
    assertThatThrownBy(() -> view().deleteOne(new Row("c")))
        .isInstanceOf(GuardRefusedException.class);
    assertThatThrownBy(() -> object().deleteOne(new Row("c")))
        .isInstanceOf(GuardRefusedException.class);
    assertThat(deleted).containsExactly("a", "b");
  }

  @Test
  void aRefusal_isThrownByVoidAndReturnedByOutcome() {
    for (Rows rows : List.of(view(), object())) {
      assertThatThrownBy(() -> rows.delete(new Row("protected")))
          .isInstanceOf(GuardRefusedException.class)
          .hasMessageContaining("Refused row.delete on 1 row");
      assertThat(rows.purge("orders", List.of(new Row("a"), new Row("protected"))))
          .isInstanceOf(Outcome.Refused.class);
    }
    assertThat(deleted).isEmpty();
  }

  @Test
  void aDryRun_isTheDefaultAndTouchesNothing() throws IOException {
    Guard guard = Guard.named("rows").unlimited("not of interest").audit(records::add).build();
    Rows rows =
        GuardProxies.with(Guards.of(guard).targets(Row.class, Row::target))
            .wrap(Rows.class, new JdbcRows(deleted));
    rows.delete(new Row("a"));
    assertThat(rows.purge("orders", List.of(new Row("b")))).isInstanceOf(Outcome.Simulated.class);
    assertThat(deleted).isEmpty();
    assertThat(records).extracting(AuditRecord::phase).containsOnly(Phase.DECISION);
  }

  @Test
  void checkedExceptions_passThroughUnwrapped() {
    for (Rows rows : List.of(view(), object())) {
      records.clear();
      Throwable thrown = catchThrowable(() -> rows.delete(new Row("broken")));
      assertThat(thrown).isExactlyInstanceOf(IOException.class).hasMessage("the disk is gone");
      assertThat(records.get(records.size() - 1).outcome()).contains("FAILED");
    }
  }

  @Test
  void outcomes_carryTheBodysValue() {
    assertThat(view().purge("orders", List.of(new Row("a"), new Row("b"))).orThrow()).isEqualTo(2);
    assertThat(object().purge("orders", List.of(new Row("c"))).orThrow()).isEqualTo(1);
  }

  @Test
  void T10_nothingNullOrAHoleAmongTheTargets_neverMeansEverything() {
    for (Rows rows : List.of(view(), object())) {
      for (List<Row> none :
          Arrays.asList(null, List.<Row>of(), Arrays.asList(new Row("a"), null))) {
        assertThatThrownBy(() -> rows.purge("orders", none))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("none never means everything");
      }
      assertThatThrownBy(() -> rows.delete(null)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> rows.purge("orders", List.of(new Row("a"), new Row("a"))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("twice");
    }
    assertThat(deleted).isEmpty();
    assertThat(records).isEmpty();
  }

  @Test
  void aMapperThatMapsToNothing_letsNothingRun() {
    Rows rows =
        GuardProxies.with(Guards.of(guard(DryRun.off())).targets(Row.class, row -> null))
            .wrap(Rows.class, new JdbcRows(deleted));
    assertThatThrownBy(() -> rows.delete(new Row("a")))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("mapped to no target");
    assertThat(deleted).isEmpty();
  }

  /** A list that grows by one after every reading of it. */
  private static final class Growing extends ArrayList<Row> {
    private static final long serialVersionUID = 1L;
    private int readings;

    @Override
    public Object[] toArray() {
      Object[] now = super.toArray();
      add(new Row("smuggled" + ++readings));
      return now;
    }
  }

  @Test
  void theBodyGetsTheTargetsThatWereJudged() {
    for (Rows rows : List.of(view(), object())) {
      deleted.clear();
      Growing growing = new Growing();
      growing.add(new Row("a"));
      rows.purge("orders", growing);
      assertThat(deleted).containsExactly("a");
    }
  }

  static class Holder {
    private final List<String> deleted;

    Holder(List<String> deleted) {
      this.deleted = deleted;
    }

    @Guarded("rows")
    void set(@GuardTargets Set<Row> rows) {
      rows.forEach(row -> deleted.add(row.key()));
    }

    @Guarded("rows")
    void array(@GuardTargets Row... rows) {
      for (Row row : rows) {
        deleted.add(row.key());
      }
    }

    @Guarded("rows")
    void any(@GuardTargets Collection<? extends Row> rows) {
      rows.forEach(row -> deleted.add(row.key()));
    }

    @Guarded("rows")
    void plain(@GuardTargets Target target) {
      deleted.add(target.id());
    }
  }

  @Test
  void setsArraysCollectionsAndTargets_holdTargetsToo() {
    Holder holder = proxies(DryRun.off()).create(Holder.class, deleted);
    holder.set(Set.of(new Row("a")));
    Row[] rows = {new Row("b"), new Row("c")};
    holder.array(rows);
    holder.any(List.of(new Row("d")));
    holder.plain(Target.of("row", "db", "e"));
    assertThat(deleted).containsExactly("a", "b", "c", "d", "e");
    assertThatThrownBy(() -> holder.array(new Row("f"), new Row("protected")))
        .isInstanceOf(GuardRefusedException.class);
    assertThatThrownBy(holder::array).isInstanceOf(IllegalArgumentException.class);
    assertThat(deleted).hasSize(5);
  }

  interface Deletes<T> {
    @Guarded("rows")
    void delete(@GuardTargets T one);
  }

  static class DeletesRows implements Deletes<Row> {
    boolean ran;

    @Override
    public void delete(Row one) {
      ran = true;
    }
  }

  @Test
  void aTypeVariable_isWhatTheClassSaysItIs() {
    DeletesRows behind = new DeletesRows();
    @SuppressWarnings("unchecked")
    Deletes<Row> view = proxies(DryRun.off()).wrap(Deletes.class, behind);
    DeletesRows object = proxies(DryRun.off()).create(DeletesRows.class);
    Deletes<Row> erased = object;
    refusing = true;
    assertThatThrownBy(() -> view.delete(new Row("a"))).isInstanceOf(GuardRefusedException.class);
    assertThatThrownBy(() -> erased.delete(new Row("a"))).isInstanceOf(GuardRefusedException.class);
    assertThat(behind.ran || object.ran).isFalse();
    refusing = false;
    view.delete(new Row("a"));
    erased.delete(new Row("a"));
    assertThat(behind.ran && object.ran).isTrue();
  }

  static class Overriding extends JdbcRows {
    Overriding(List<String> deleted) {
      super(deleted);
    }

    @Override
    public void delete(Row row) throws IOException {
      super.delete(row);
    }
  }

  @Test
  void anOverridingMethod_inheritsTheGuard() throws IOException {
    Overriding rows = proxies(DryRun.off()).create(Overriding.class, deleted);
    rows.delete(new Row("a"));
    assertThat(records).filteredOn(record -> record.phase() == Phase.INTENDED).hasSize(1);
    refusing = true;
    assertThatThrownBy(() -> rows.delete(new Row("b"))).isInstanceOf(GuardRefusedException.class);
  }

  static class EagerRows {
    private final List<String> deleted;

    EagerRows(List<String> deleted) {
      this.deleted = deleted;
      delete(new Row("at birth"));
    }

    @Guarded("rows")
    void delete(@GuardTargets Row row) {
      deleted.add(row.key());
    }
  }

  @Test
  void aCallFromTheConstructor_isGuardedAndItsExceptionIsTheCallersOwn() {
    refusing = true;
    assertThatThrownBy(() -> proxies(DryRun.off()).create(EagerRows.class, deleted))
        .isInstanceOf(GuardRefusedException.class);
    assertThat(deleted).isEmpty();
  }

  static class Nested {
    private final List<String> deleted;

    Nested(List<String> deleted) {
      this.deleted = deleted;
    }

    @Guarded("rows")
    Outcome<String> refusedInside(@GuardTargets Row row) {
      deleted.add("half of " + row.key());
      return new Outcome.Refused<>(
          dev.guard.Intent.of("inner", row.target()).because("x"),
          dev.guard.Verdict.refuse(dev.guard.Reason.of("inner", "no", "No.")));
    }

    @Guarded("rows")
    Outcome<String> nothing(@GuardTargets Row row) {
      return null;
    }
  }

  @Test
  void aBodyThatSaysItWasRefused_isRecordedFailedAndAnswersItsCaller() {
    Nested nested = proxies(DryRun.off()).create(Nested.class, deleted);
    assertThat(nested.refusedInside(new Row("a"))).isInstanceOf(Outcome.Refused.class);
    assertThat(records.get(records.size() - 1).outcome()).contains("FAILED");
    assertThatThrownBy(() -> nested.nothing(new Row("a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Outcome.done");
  }

  @Test
  void requireActive_provesTheGuardIsOnOnThisThreadAlone() throws Exception {
    JdbcRows bare = new JdbcRows(deleted);
    assertThatThrownBy(() -> bare.delete(new Row("a")))
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("No act of guard 'rows' is under way on this thread");
    assertThat(deleted).isEmpty();
    Guard guard = guard(DryRun.off());
    Outcome<String> seen =
        guard.call(
            dev.guard.Intent.of("x", Target.of("row", "db", "a")).because("x"),
            permit -> {
              assertThat(Guard.requireActive("rows")).isSameAs(permit);
              assertThatThrownBy(() -> Guard.requireActive("other"))
                  .isInstanceOf(GuardConfigurationException.class);
              Permit[] elsewhere = new Permit[1];
              Thread thread =
                  new Thread(
                      () -> {
                        try {
                          elsewhere[0] = Guard.requireActive("rows");
                        } catch (GuardConfigurationException expected) {
                          elsewhere[0] = null;
                        }
                      });
              thread.start();
              thread.join();
              return elsewhere[0] == null ? "alone" : "leaked";
            });
    assertThat(seen.orThrow()).isEqualTo("alone");
    assertThatThrownBy(() -> Guard.requireActive("rows"))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void requireActive_seesTheActAroundAnother() throws Exception {
    Guard outer = guard(DryRun.off());
    Guard inner = Guard.named("inner").dryRun(DryRun.off()).unlimited("x").audit(r -> {}).build();
    Target target = Target.of("row", "db", "a");
    outer.run(
        dev.guard.Intent.of("x", target).because("x"),
        permit -> {
          inner.run(
              dev.guard.Intent.of("y", target).because("x"),
              second -> {
                assertThat(Guard.requireActive("rows")).isSameAs(permit);
                assertThat(Guard.requireActive("inner")).isSameAs(second);
              });
          assertThatThrownBy(() -> Guard.requireActive("inner"))
              .isInstanceOf(GuardConfigurationException.class);
          assertThat(Guard.requireActive("rows")).isSameAs(permit);
        });
  }

  @Test
  void aView_isItselfAndSaysWhatItIs() {
    JdbcRows behind =
        new JdbcRows(deleted) {
          @Override
          public String toString() {
            return "rows of a database";
          }
        };
    Rows view = proxies(DryRun.off()).wrap(Rows.class, behind);
    assertThat(Set.of(view)).contains(view).doesNotContain(behind);
    assertThat(view).hasToString("guarded rows of a database");
    assertThat(view.count()).isZero();
  }
}
