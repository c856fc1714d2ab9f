/**
 * What a run did and how it can be taken back, read from its journal. How a thing is put back is
 * the business of whoever knows its system; asking, limits and records are the engine's, as for any
 * other act.
 */
@NullMarked
package dev.guard.undo;

import org.jspecify.annotations.NullMarked;
