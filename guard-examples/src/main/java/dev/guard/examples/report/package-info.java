/**
 * How plans look to people: on a terminal and as a page. Reads plans and prints; judging, asking a
 * registry or a cluster, and acting may not live here. Everything shown is treated as hostile.
 */
@NullMarked
package dev.guard.examples.report;

import org.jspecify.annotations.NullMarked;
