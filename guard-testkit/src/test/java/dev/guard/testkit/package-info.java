/** Tests of the collaborators that do as told. What they are used for is tested beside it. */
@NullMarked
package dev.guard.testkit;

import org.jspecify.annotations.NullMarked;
