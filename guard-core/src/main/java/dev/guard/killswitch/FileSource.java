package dev.guard.killswitch;

import dev.guard.internal.Cause;
import dev.guard.killswitch.KillSwitch.Reading;
import dev.guard.killswitch.KillSwitch.Source;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * STOP while a file exists. {@code Files.exists} would answer false for what it cannot read; this
 * answers STOP: only "no such file" in a directory that can be listed, with its marker if there is
 * one, is RUN.
 */
final class FileSource implements Source {
  private final Path file;
  private final Path directory;
  private final @Nullable Path marker;

  FileSource(Path file, @Nullable Path marker) {
    Path parent = file.toAbsolutePath().getParent();
    if (file.toString().isBlank() || parent == null) {
      throw new IllegalArgumentException(
          "A kill switch's file needs a name in a directory, but was '" + file + "'.");
    }
    this.file = file.toAbsolutePath();
    this.directory = parent;
    this.marker = marker == null ? null : marker.toAbsolutePath();
  }

  FileSource armedBy(Path other) {
    return new FileSource(file, other);
  }

  /** The same question about something that exists: the directory itself. */
  FileSource present() {
    return new FileSource(directory.resolve("."), marker);
  }

  @Override
  public String name() {
    return "file " + file;
  }

  @Override
  public Reading read() {
    try {
      Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return Reading.stop("the file exists. Remove it, then resume.");
    } catch (NoSuchFileException absent) {
      return inReadableDirectory();
    } catch (IOException fault) {
      return unreadable("the file", fault);
    }
  }

  private Reading inReadableDirectory() {
    try (DirectoryStream<Path> listing = Files.newDirectoryStream(directory)) {
      boolean unused = listing.iterator().hasNext(); // reads the directory, or throws
    } catch (IOException | RuntimeException fault) {
      return unreadable("its directory", fault);
    }
    if (marker != null) {
      try {
        Files.readAttributes(marker, BasicFileAttributes.class);
      } catch (IOException fault) {
        return unreadable("its marker " + marker, fault);
      }
    }
    return Reading.run();
  }

  private static Reading unreadable(String what, Exception fault) {
    return Reading.stop(
        what
            + " cannot be read ("
            + Cause.of(fault)
            + "), so nobody could see a stop. Mend it, then resume.");
  }
}
