/** What the tests of several rooms share: clocks moved by hand, a store that breaks on demand. */
package dev.guard.support;
