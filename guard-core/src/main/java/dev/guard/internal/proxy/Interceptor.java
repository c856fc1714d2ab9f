package dev.guard.internal.proxy;

import net.bytebuddy.implementation.bind.annotation.AllArguments;
import net.bytebuddy.implementation.bind.annotation.Morph;
import net.bytebuddy.implementation.bind.annotation.RuntimeType;
import org.jspecify.annotations.Nullable;

/** What an overriding method does instead of the method that it overrides. */
public final class Interceptor {
  private final Around around;

  /**
   * An interceptor.
   *
   * @param around what it does
   */
  public Interceptor(Around around) {
    this.around = around;
  }

  /**
   * Called by the overriding method.
   *
   * @param arguments what it was called with
   * @param overridden the method that it overrides
   * @return what it returns
   * @throws Throwable what it throws
   */
  @RuntimeType
  public @Nullable Object intercept(
      @AllArguments @Nullable Object[] arguments, @Morph Overridden overridden) throws Throwable {
    return around.call(arguments, overridden);
  }

  /** What is done. */
  @FunctionalInterface
  public interface Around {
    /**
     * Does it.
     *
     * @param arguments what the method was called with
     * @param overridden the method that was overridden
     * @return what the method returns
     * @throws Throwable what it throws
     */
    @Nullable Object call(@Nullable Object[] arguments, Overridden overridden) throws Throwable;
  }

  /** The method that was overridden. */
  @FunctionalInterface
  public interface Overridden {
    /**
     * Calls it.
     *
     * @param arguments what to call it with
     * @return what it returns
     */
    @Nullable Object call(@Nullable Object[] arguments);
  }
}
