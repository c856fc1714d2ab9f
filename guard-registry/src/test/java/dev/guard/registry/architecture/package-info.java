/** What guard-registry may know and do, as rules. */
@NullMarked
package dev.guard.registry.architecture;

import org.jspecify.annotations.NullMarked;
