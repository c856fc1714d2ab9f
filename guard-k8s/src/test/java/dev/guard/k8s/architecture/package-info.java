/** What guard-k8s may know and do, as rules. */
@NullMarked
package dev.guard.k8s.architecture;

import org.jspecify.annotations.NullMarked;
