/**
 * Not API: files that survive a power cut, behind a seam narrow enough that a test can lose
 * unsynced sectors and renames. What is written may not be known here.
 */
@NullMarked
package dev.guard.internal.durable;

import org.jspecify.annotations.NullMarked;
