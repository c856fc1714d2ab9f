package dev.guard.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The parameter that names what a {@link Guarded} method touches: a {@link dev.guard.Target}, a
 * type that {@link Guards#targets} maps to one, or a {@code Collection}, {@code List}, {@code Set}
 * or array of these.
 *
 * <pre>{@code interface Rows {
 *   @Guarded("orphaned-rows") void delete(@GuardTargets Row row);
 * }}</pre>
 *
 * <p>Null, nothing, a null among them, or one target twice throws {@link IllegalArgumentException}
 * before anything is judged: none never means everything. The body gets a copy of a collection or
 * array, the one that was judged, so nobody can add to it in between.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface GuardTargets {}
