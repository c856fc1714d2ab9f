package dev.guard.audit;

import java.time.Instant;

/**
 * A record as it stands in the journal. Immutable and thread-safe.
 *
 * @param seq its number, contiguous from 1
 * @param durable the highest number known durable when it was written
 * @param at when it was written, by the wall clock
 * @param record the record, with secrets redacted and long texts cut
 * @param hash the SHA-256 of the line before its hash, in hexadecimal digits
 * @param file the name of the file it stands in
 * @param line its line in that file, from 1
 * @param raw the line itself, printable ASCII without its newline
 */
public record JournalEntry(
    long seq,
    long durable,
    Instant at,
    AuditRecord record,
    String hash,
    String file,
    long line,
    String raw) {}
