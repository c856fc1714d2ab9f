/**
 * What Guard reads from and does to OCI registries: inventory, image graph, cleanup. Nothing about
 * clusters lives here.
 */
@NullMarked
package dev.guard.registry;

import org.jspecify.annotations.NullMarked;
