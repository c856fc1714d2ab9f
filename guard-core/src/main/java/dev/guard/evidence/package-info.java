/**
 * Whether something is in use: raw references as they stand in clusters and elsewhere, snapshots
 * that are complete or say what is missing, three-valued answers with provenance, and the safeguard
 * that asks. What a reference means is for the adapter that interprets it; what to do about it is
 * for the engine.
 */
@NullMarked
package dev.guard.evidence;

import org.jspecify.annotations.NullMarked;
