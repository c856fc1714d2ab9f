/**
 * Names of images: references as people write them and image ids as runtimes report them, parsed
 * without any I/O. What talks to a registry, and what knows which manifests exist, lives elsewhere
 * and may not be imported here.
 */
@NullMarked
package dev.guard.registry.reference;

import org.jspecify.annotations.NullMarked;
