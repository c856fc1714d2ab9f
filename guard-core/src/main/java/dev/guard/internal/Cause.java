package dev.guard.internal;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;

/** Why something failed, in the words of the person who has to mend it. */
public final class Cause {
  /** Subclasses before their parents; message texts of the JDK are not promised, types are. */
  private static final List<Map.Entry<Class<? extends Throwable>, String>> WORDS =
      List.of(
          Map.entry(NoSuchFileException.class, "it does not exist"),
          Map.entry(AccessDeniedException.class, "access is denied"),
          Map.entry(NotDirectoryException.class, "it is no directory"),
          Map.entry(DirectoryNotEmptyException.class, "the directory is not empty"),
          Map.entry(FileAlreadyExistsException.class, "it exists already"),
          Map.entry(ReadOnlyFileSystemException.class, "the file system is read-only"),
          Map.entry(CharacterCodingException.class, "it is not UTF-8"),
          Map.entry(UnknownHostException.class, "the host name cannot be resolved"),
          Map.entry(UnresolvedAddressException.class, "the host name cannot be resolved"),
          Map.entry(NoRouteToHostException.class, "there is no route to the host"),
          Map.entry(ConnectException.class, "the connection was refused or could not be made"),
          Map.entry(HttpTimeoutException.class, "no answer in time"),
          Map.entry(SSLException.class, "no trusted TLS connection could be made"));

  /** What the operating system says of disks, which the JDK passes on as text alone. */
  private static final List<String> SYSTEM =
      List.of(
          "No space left on device",
          "Disk quota exceeded",
          "Input/output error",
          "Read-only file system",
          "Too many open files",
          "Is a directory",
          "Stale file handle");

  private Cause() {}

  /**
   * A clause that fits in brackets.
   *
   * @param fault what was thrown; its own causes are asked too
   * @return plain words for what is common, else the type's simple name; never a foreign message,
   *     which may hold anything
   */
  public static String of(Throwable fault) {
    Throwable at = fault;
    for (int depth = 0; at != null && depth < 8; depth++) {
      for (Map.Entry<Class<? extends Throwable>, String> word : WORDS) {
        if (word.getKey().isInstance(at)) {
          return word.getValue();
        }
      }
      if (at instanceof IOException && at.getMessage() != null) {
        for (String said : SYSTEM) {
          if (at.getMessage().contains(said)) {
            return said;
          }
        }
      }
      at = at.getCause();
    }
    return fault.getClass().getSimpleName();
  }
}
