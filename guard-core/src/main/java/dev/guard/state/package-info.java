/**
 * Small documents that survive a restart, behind one narrow contract, and the adapters that keep
 * them. Meaning may not live here: budgets, latches and first sights are the business of the rooms
 * that store them.
 */
@NullMarked
package dev.guard.state;

import org.jspecify.annotations.NullMarked;
