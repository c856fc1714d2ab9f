/**
 * The map of guard-core as rules, and small wrong houses that show each rule able to fail. They
 * stand in this module, and not in guard-core, because they use the rules it publishes. Rules about
 * behaviour do not live here.
 */
@NullMarked
package dev.guard.architecture;

import org.jspecify.annotations.NullMarked;
