package dev.guard.testkit.simulation;

import dev.guard.audit.JournalSink;
import dev.guard.internal.durable.Disk;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Puts a journal on a disk that can lose power. Which disk is no part of the journal's API, so that
 * nothing internal shows there; only this class knows the way in.
 */
final class OnDisk {
  private static final Method DISK = method();

  private OnDisk() {}

  private static Method method() {
    try {
      Method method = JournalSink.Builder.class.getDeclaredMethod("disk", Disk.class);
      method.setAccessible(true);
      return method;
    } catch (NoSuchMethodException e) {
      throw new LinkageError("This guard-core has no journal that takes another disk.", e);
    }
  }

  static JournalSink.Builder of(JournalSink.Builder builder, Disk disk) {
    try {
      return (JournalSink.Builder) DISK.invoke(builder, disk);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new LinkageError("The journal did not take another disk.", e);
    }
  }
}
