/**
 * What happened, kept: the record, the sinks that take it, and the journal that proves it was not
 * changed. Decisions may not live here: a sink stores and answers what is stored.
 */
@NullMarked
package dev.guard.audit;

import org.jspecify.annotations.NullMarked;
