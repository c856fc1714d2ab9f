/**
 * Small documents and immutable blobs that survive a restart, behind two narrow contracts, the
 * adapters that keep them, and how a document is changed so that it is right whatever fails.
 * Meaning may not live here: budgets, latches and first sights are the business of the rooms that
 * store them.
 */
@NullMarked
package dev.guard.state;

import org.jspecify.annotations.NullMarked;
