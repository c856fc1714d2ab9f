/**
 * Whether acts may happen at all. On unless the caller says execute; everything else can only make
 * it stricter. Other primitives may not live here.
 */
@NullMarked
package dev.guard.dryrun;

import org.jspecify.annotations.NullMarked;
