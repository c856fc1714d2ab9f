package dev.guard.audit;

import dev.guard.internal.durable.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The machine's disk, until it is told to fail or to hang. */
final class FaultyDisk implements Disk {
  private final Disk real = Disk.system();
  final AtomicInteger forces = new AtomicInteger();
  final CountDownLatch hanging = new CountDownLatch(1);
  volatile boolean failWrite;
  volatile boolean failForce;
  volatile CountDownLatch hang;

  @Override
  public void createDirectories(Path dir) throws IOException {
    real.createDirectories(dir);
  }

  @Override
  public List<Entry> list(Path dir) throws IOException {
    return real.list(dir);
  }

  @Override
  public Optional<InputStream> read(Path file) throws IOException {
    return real.read(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    real.rename(from, to);
  }

  @Override
  public void forceDirectory(Path dir) throws IOException {
    real.forceDirectory(dir);
  }

  @Override
  public Optional<Lock> tryLock(Path file) throws IOException {
    return real.tryLock(file);
  }

  @Override
  public OpenFile append(Path file) throws IOException {
    return faulty(real.append(file));
  }

  @Override
  public OpenFile create(Path file) throws IOException {
    return faulty(real.create(file));
  }

  private OpenFile faulty(OpenFile open) {
    return new OpenFile() {
      @Override
      public void write(byte[] bytes, int length) throws IOException {
        if (failWrite) {
          open.write(bytes, length / 2);
          throw new IOException("No space left on device");
        }
        open.write(bytes, length);
      }

      @Override
      public void force() throws IOException {
        forces.incrementAndGet();
        CountDownLatch until = hang;
        if (until != null) {
          hanging.countDown();
          try {
            until.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        }
        if (failForce) {
          throw new IOException("Input/output error");
        }
        open.force();
      }

      @Override
      public void truncate(long size) throws IOException {
        open.truncate(size);
      }

      @Override
      public long size() throws IOException {
        return open.size();
      }

      @Override
      public void close() throws IOException {
        open.close();
      }
    };
  }
}
