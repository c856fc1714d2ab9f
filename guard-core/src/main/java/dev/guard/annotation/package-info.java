/**
 * Guarded methods: the annotations, what they are wired with ({@link dev.guard.annotation.Guards}),
 * and how an object is wrapped ({@link dev.guard.annotation.GuardProxies}). Everything is read and
 * checked when a proxy is made. How an act is judged, reserved or recorded may not live here: a
 * guarded method is one {@link dev.guard.Guard#call}. Nor may a framework: Spring has a room of its
 * own, which stands on {@link dev.guard.annotation.GuardedMethods}.
 */
@NullMarked
package dev.guard.annotation;

import org.jspecify.annotations.NullMarked;
