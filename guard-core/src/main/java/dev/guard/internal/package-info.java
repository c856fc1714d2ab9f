/** Not API: what several rooms share and no user may see. */
@NullMarked
package dev.guard.internal;

import org.jspecify.annotations.NullMarked;
