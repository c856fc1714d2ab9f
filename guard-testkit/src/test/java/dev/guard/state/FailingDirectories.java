package dev.guard.state;

import dev.guard.internal.durable.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A disk that does not force directories while it is told not to. */
final class FailingDirectories implements Disk {
  private final Disk behind;
  boolean fail;

  FailingDirectories(Disk behind) {
    this.behind = behind;
  }

  @Override
  public void createDirectories(Path dir) throws IOException {
    behind.createDirectories(dir);
  }

  @Override
  public List<Entry> list(Path dir) throws IOException {
    return behind.list(dir);
  }

  @Override
  public OpenFile append(Path file) throws IOException {
    return behind.append(file);
  }

  @Override
  public OpenFile create(Path file) throws IOException {
    return behind.create(file);
  }

  @Override
  public Optional<InputStream> read(Path file) throws IOException {
    return behind.read(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    behind.rename(from, to);
  }

  @Override
  public void forceDirectory(Path dir) throws IOException {
    if (fail) {
      throw new IOException("Input/output error");
    }
    behind.forceDirectory(dir);
  }

  @Override
  public Optional<Lock> tryLock(Path file) throws IOException {
    return behind.tryLock(file);
  }
}
