/** Core's own files on a disk that loses power. */
package dev.guard.state;
