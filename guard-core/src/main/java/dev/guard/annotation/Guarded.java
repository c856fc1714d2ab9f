package dev.guard.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The body of this method is an act that a guard must allow. A call through a proxy of {@link
 * GuardProxies} becomes one {@link dev.guard.Guard#call}: judged, reserved, recorded, and run at
 * most once. Without a proxy the annotation does nothing; {@link dev.guard.Guard#requireActive} in
 * the method's first line makes such a call fail.
 *
 * <pre>{@code interface Rows {
 *   @Guarded("orphaned-rows") Outcome<Integer> delete(@GuardTargets List<Row> rows);
 * }}</pre>
 *
 * <p>The method returns {@code void} or {@link dev.guard.Outcome}, and has one parameter with
 * {@link GuardTargets}. A {@code void} method that is refused throws {@link
 * dev.guard.GuardRefusedException}; in a dry run it returns without having done anything, and the
 * journal says so. One that returns an outcome never throws because of a verdict. Its body returns
 * {@link dev.guard.Outcome#done}; if it returns another outcome, the act is recorded as failed,
 * what it used stays spent, and the caller gets that outcome. The method's own exceptions, checked
 * ones too, pass through unwrapped.
 *
 * <p>It may stand on a method of an interface or of a class, and holds for whoever overrides that
 * method. It may not stand on what cannot be advised: see {@link GuardProxies}. It has no place for
 * undo material; an act that needs it calls the guard itself, with an {@link dev.guard.Effect}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Guarded {
  /**
   * The guard's name, as {@link Guards} knows it.
   *
   * @return not blank
   */
  String value();

  /**
   * What the act is called in plans, permits and the journal.
   *
   * @return for example {@code row.delete}; if empty, the class and method, as in {@code
   *     Rows.delete}
   */
  String action() default "";

  /**
   * The rule that chose the targets.
   *
   * @return for example {@code orphaned since 30 days}; if empty, that the method was called
   */
  String because() default "";
}
