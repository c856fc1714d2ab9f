/** Tests of the package of the same name. Nothing another test may lean on lives here. */
@NullMarked
package dev.guard.testkit.cluster;

import org.jspecify.annotations.NullMarked;
