/**
 * What may never be touched: labels, ids, patterns and conditions, and the digest of them all. Why
 * something is in use is for the evidence room; other primitives may not live here.
 */
@NullMarked
package dev.guard.protection;

import org.jspecify.annotations.NullMarked;
