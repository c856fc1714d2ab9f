/** Guards in processes of their own that share a store, and are killed. */
@NullMarked
package dev.guard.testkit.process;

import org.jspecify.annotations.NullMarked;
