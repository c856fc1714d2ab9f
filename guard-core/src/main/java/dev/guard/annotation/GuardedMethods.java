package dev.guard.annotation;

import dev.guard.GuardConfigurationException;
import dev.guard.GuardRefusedException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The guarded methods of one class, checked and wired. For whoever makes proxies of their own, such
 * as a framework: applications use {@link GuardProxies}.
 *
 * <pre>{@code
 * GuardedMethods methods = GuardedMethods.of(guards, bean.getClass());
 * if (methods.covers(method)) {
 *   return methods.call(method, arguments, given -> method.invoke(bean, given));
 * }
 * }</pre>
 *
 * <p>Immutable and thread-safe. No argument may be null, but the arguments of a call.
 */
public final class GuardedMethods {
  private final Class<?> type;
  private final Map<Signature, GuardedMethod> guarded;
  private final Map<Method, GuardedMethod> known = new HashMap<>();

  GuardedMethods(Class<?> type, Map<Signature, GuardedMethod> guarded, Iterable<Method> found) {
    this.type = type;
    this.guarded = Map.copyOf(guarded);
    for (Method method : found) {
      GuardedMethod one = guarded.get(Signature.of(method));
      if (one != null) {
        known.put(method, one);
      }
    }
  }

  /**
   * Reads and checks the guarded methods of a class, its superclasses and its interfaces.
   *
   * @param guards what they are wired with
   * @param type the class whose methods run
   * @return the methods
   * @throws GuardConfigurationException with all faults, if a method could not be advised or wired,
   *     or none is guarded
   */
  public static GuardedMethods of(Guards guards, Class<?> type) {
    return Reading.of(guards, type).check().methods();
  }

  /**
   * Whether anything of a class, its superclasses or its interfaces is annotated, be it rightly or
   * wrongly.
   *
   * @param type the class
   * @return true if it has to be given to {@link #of}
   */
  public static boolean anyIn(Class<?> type) {
    return Reading.isMarked(type);
  }

  /**
   * Whether a method has to be called through {@link #call}.
   *
   * @param method a method of the class, or one of a supertype that it overrides
   * @return true if it is guarded
   */
  public boolean covers(Method method) {
    return find(method) != null;
  }

  /**
   * Calls a guarded method: maps its targets, asks the guard, and runs the body if that allows it.
   *
   * @param method a method that is covered
   * @param arguments the call's arguments
   * @param body runs the method itself; it must run the arguments that it is given, in which a
   *     collection of targets is the copy that was judged
   * @return null of a {@code void} method, otherwise its {@link dev.guard.Outcome}
   * @throws GuardRefusedException if a {@code void} method is refused
   * @throws IllegalArgumentException if the call names no target
   * @throws Throwable what the method throws, unwrapped
   */
  public @Nullable Object call(Method method, @Nullable Object[] arguments, Body body)
      throws Throwable {
    Objects.requireNonNull(body, "body");
    GuardedMethod one = find(method);
    if (one == null) {
      throw new GuardConfigurationException(
          Signature.of(method) + " of " + type.getName() + " is not guarded. Ask covers() first.");
    }
    return one.call(arguments, body);
  }

  @Nullable GuardedMethod find(Method method) {
    GuardedMethod one = known.get(method);
    return one != null ? one : guarded.get(Signature.of(method));
  }

  @Override
  public String toString() {
    return "Guarded methods of " + type.getName() + " " + guarded.values();
  }

  /** Runs the method that is guarded. */
  @FunctionalInterface
  public interface Body {
    /**
     * Runs it.
     *
     * @param arguments what to run it with
     * @return what it returns
     * @throws Throwable what it throws
     */
    @Nullable Object run(@Nullable Object[] arguments) throws Throwable;
  }
}
