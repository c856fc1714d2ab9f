package dev.guard.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.internal.durable.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of a journal line by line, in bounded memory, and follows the chain. The first
 * line that does not continue it ends the good part; the rest is looked through for one thing only:
 * how far the writer said it was durable.
 */
final class Segments {
  private static final Pattern NAME = Pattern.compile("journal-[0-9]{6,18}\\.jsonl");

  private final Disk disk;
  private final Path dir;

  Segments(Disk disk, Path dir) {
    this.disk = disk;
    this.dir = dir;
  }

  static String name(long number) {
    String digits = Long.toString(number);
    return "journal-" + "0".repeat(Math.max(0, 6 - digits.length())) + digits + ".jsonl";
  }

  static long number(Path file) {
    String name = file.getFileName().toString();
    return Long.parseLong(name.substring("journal-".length(), name.length() - ".jsonl".length()));
  }

  List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Disk.Entry entry : disk.list(dir)) {
      if (!entry.directory() && NAME.matcher(entry.name()).matches()) {
        files.add(entry.path());
      }
    }
    files.sort(java.util.Comparator.comparingLong(Segments::number));
    return files;
  }

  /**
   * A good line; its bytes are the reader's and change with the next line.
   *
   * @param tree the line as JSON
   * @param file the name of its file
   * @param number its number in that file, from 1
   * @param bytes a buffer that begins with the line
   * @param length how many of them are the line
   */
  @SuppressWarnings("ArrayRecordComponent") // handed out once, compared never
  record Line(JsonNode tree, String file, long number, byte[] bytes, int length) {}

  /** Takes good lines in order. */
  interface Visitor {
    void visit(Line line) throws IOException;
  }

  /**
   * What a walk found.
   *
   * @param seq the last good record's number, 0 if there is none
   * @param hash the last good record's hash
   * @param file the file of the first bad line, or the last file; null if there is none
   * @param line the first bad line, or 0
   * @param goodBytes how many bytes of that file are good
   * @param bad what is wrong with the first bad line, or null if all is good
   * @param lastFile whether the bad line stands in the last file
   * @param maxDurable the highest watermark that any intact line names, also after the bad one
   */
  record Walk(
      long seq,
      String hash,
      @Nullable Path file,
      long line,
      long goodBytes,
      @Nullable String bad,
      boolean lastFile,
      long maxDurable) {
    /**
     * A bad end that was never known durable is what a power cut leaves; anything else was changed.
     */
    boolean torn() {
      return bad != null && lastFile && seq + 1 > maxDurable;
    }

    boolean damaged() {
      return bad != null && !torn();
    }

    /** Where the first bad line stands and what is wrong with it. */
    String damage() {
      return "damaged after record "
          + seq
          + ": in "
          + (file == null ? "no file" : file.getFileName())
          + " line "
          + line
          + " "
          + bad;
    }
  }

  Walk walk(Visitor visitor) throws IOException {
    long seq = 0;
    String hash = Lines.FIRST_PREV;
    long maxDurable = 0;
    List<Path> files = files();
    Path last = files.isEmpty() ? null : files.get(files.size() - 1);
    Path file = null;
    long goodBytes = 0;
    long expected = files.isEmpty() ? 1 : number(files.get(0));
    if (expected != 1) {
      return new Walk(
          0, hash, files.get(0), 1, 0, "the files before it are missing", false, Long.MAX_VALUE);
    }
    for (Path next : files) {
      if (number(next) != expected++) {
        return new Walk(
            seq, hash, next, 1, 0, "a file before it is missing", false, Long.MAX_VALUE);
      }
      file = next;
      goodBytes = 0;
      long number = 0;
      try (InputStream raw =
              disk.read(next).orElseThrow(() -> new NoSuchFileException(next.toString()));
          LineReader lines = new LineReader(raw)) {
        while (lines.next()) {
          number++;
          String fault;
          Lines.Head head = null;
          JsonNode tree = null;
          try {
            fault = fault(lines);
            if (fault == null) {
              tree = Lines.tree(lines.bytes(), lines.length());
              head = Lines.head(tree);
              maxDurable = Math.max(maxDurable, head.durable());
              fault = place(head, seq, hash);
            }
          } catch (IOException e) {
            fault = e.getMessage() == null ? "it cannot be understood" : e.getMessage();
          }
          if (fault != null || tree == null || head == null) {
            long here = lookThrough(lines.bytes(), lines.length());
            long durable = Math.max(maxDurable, Math.max(here, lookThrough(lines)));
            for (Path later : files.subList(files.indexOf(next) + 1, files.size())) {
              durable = Math.max(durable, lookThrough(later));
            }
            return new Walk(seq, hash, next, number, goodBytes, fault, next.equals(last), durable);
          }
          visitor.visit(
              new Line(tree, next.getFileName().toString(), number, lines.bytes(), lines.length()));
          seq = head.seq();
          hash = tree.path("hash").asText();
          goodBytes += lines.length() + 1;
        }
      }
    }
    return new Walk(seq, hash, file, 0, goodBytes, null, true, maxDurable);
  }

  private static @Nullable String fault(LineReader lines) {
    if (lines.tooLong()) {
      return "it is longer than a record can be";
    }
    if (!lines.ended()) {
      return "it breaks off";
    }
    return named(lines.bytes(), lines.length());
  }

  /** Whether a line has the hash it names. */
  private static @Nullable String named(byte[] line, int length) {
    String named = Lines.namedHash(line, length);
    if (named == null) {
      return "it does not end with a hash";
    }
    return named.equals(Lines.trueHash(line, length))
        ? null
        : "its content does not have the hash it names";
  }

  private static @Nullable String place(Lines.Head head, long seq, String hash) {
    if (head.seq() != seq + 1) {
      return "it is record " + head.seq() + " where " + (seq + 1) + " belongs";
    }
    return head.prev().equals(hash) ? null : "it does not continue the record before it";
  }

  private long lookThrough(Path file) throws IOException {
    try (InputStream raw =
            disk.read(file).orElseThrow(() -> new NoSuchFileException(file.toString()));
        LineReader lines = new LineReader(raw)) {
      return lookThrough(lines);
    }
  }

  private static long lookThrough(LineReader lines) throws IOException {
    long durable = 0;
    while (lines.next()) {
      durable = Math.max(durable, lookThrough(lines.bytes(), lines.length()));
    }
    return durable;
  }

  /**
   * The highest watermark of the intact records in a line; one whose newline was lost has two. No
   * quote in a text stands unescaped, so nothing but a record looks like one.
   */
  private static long lookThrough(byte[] line, int length) {
    long durable = 0;
    for (int at = Lines.start(line, 0, length); at >= 0; at = Lines.start(line, at + 1, length)) {
      byte[] rest = Arrays.copyOfRange(line, at, length);
      if (named(rest, rest.length) == null) {
        durable = Math.max(durable, watermark(rest));
      }
    }
    return durable;
  }

  /** An intact hash over nonsense says nothing about the watermark. */
  private static long watermark(byte[] line) {
    try {
      return Lines.head(Lines.tree(line, line.length)).durable();
    } catch (IOException nonsense) {
      return 0;
    }
  }
}
