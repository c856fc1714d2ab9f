/** What a journal keeps and forgets, on real files and on failing ones. */
package dev.guard.audit;
