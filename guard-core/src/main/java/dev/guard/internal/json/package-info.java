/**
 * Not API: the one place that knows the JSON library. Bounded, strict reading; writing; canonical
 * bytes. Formats may not live here.
 */
@NullMarked
package dev.guard.internal.json;

import org.jspecify.annotations.NullMarked;
