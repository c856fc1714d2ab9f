/** Tests of guard.jar as it is packed. Tests of what it does live beside the code. */
@NullMarked
package dev.guard.examples.packaging;

import org.jspecify.annotations.NullMarked;
