/**
 * Which images may go, and what references protect: policy, first sights, the protected set, the
 * proposal for a plan and the effect that deletes with a permit; and the same graph walked the
 * other way, the check for missing images. Requests are made through the registry client only;
 * deciding whether an act runs is the engine's.
 */
@NullMarked
package dev.guard.registry.cleanup;

import org.jspecify.annotations.NullMarked;
