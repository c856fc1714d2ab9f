/** What stores keep, and what they refuse to guess. */
package dev.guard.state;
