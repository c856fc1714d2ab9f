/**
 * The smallest uses of Guard, each complete: a plain {@code main}, a single call, a safeguard from
 * a lambda. The README and the docs show these very lines. Nothing that needs a server may live
 * here.
 */
@NullMarked
package dev.guard.examples.small;

import org.jspecify.annotations.NullMarked;
