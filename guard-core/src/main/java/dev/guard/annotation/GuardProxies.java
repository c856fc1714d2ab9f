package dev.guard.annotation;

import dev.guard.GuardConfigurationException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes objects whose {@link Guarded} methods are guarded.
 *
 * <pre>{@code
 * GuardProxies proxies = GuardProxies.with(Guards.of(guard).targets(Row.class, Row::target));
 * Rows rows = proxies.wrap(Rows.class, new JdbcRows(dataSource));   // an interface
 * Purge purge = proxies.create(Purge.class, dataSource);            // a class; needs byte-buddy
 * }</pre>
 *
 * <p>Everything is checked when a proxy is made, and all faults stand in one message: a guard that
 * is not known; a type without a mapper; a method that is final, private or static; one that is
 * guarded by two names; one that returns neither {@code void} nor {@link dev.guard.Outcome}; none
 * or several {@link GuardTargets}; an annotation that retries a method, runs it on another thread
 * or limits its time; no guarded method at all. Immutable and thread-safe; so is a proxy, as far as
 * what is behind it is. No argument may be null, but those of a constructor.
 */
public final class GuardProxies {
  private final Guards guards;
  private final Map<Class<?>, Class<?>> subclasses = new ConcurrentHashMap<>();

  private GuardProxies(Guards guards) {
    this.guards = guards;
  }

  /**
   * Proxies wired with these guards.
   *
   * @param guards guards by name, and mappers by type
   * @return the maker of proxies
   */
  public static GuardProxies with(Guards guards) {
    return new GuardProxies(Objects.requireNonNull(guards, "guards"));
  }

  /**
   * A guarded view of an object. Calls through the view are guarded; a call that the object makes
   * to itself is not, as the object does not know of the view. Annotations on the interface and on
   * the object's class both count. Two views are equal if they are the same.
   *
   * @param type the interface to see it through
   * @param behind the object that does the work
   * @param <T> the interface
   * @return the view
   * @throws GuardConfigurationException with all faults, if anything cannot be guarded, or a method
   *     is guarded that the interface does not show
   */
  public <T> T wrap(Class<T> type, T behind) {
    return InterfaceProxy.of(guards, type, Objects.requireNonNull(behind, "behind"));
  }

  /**
   * A guarded object of a class, of a subclass made at run time. Every call of a guarded method is
   * guarded, also one that the object makes to itself, and one from its constructor. Needs {@code
   * net.bytebuddy:byte-buddy}, which is an optional dependency.
   *
   * @param type a class that is neither final, sealed nor abstract
   * @param arguments what its constructor takes
   * @param <T> the class
   * @return the object; what its constructor throws is thrown as it is
   * @throws GuardConfigurationException with all faults, if anything cannot be guarded, no
   *     constructor or several take these arguments, or Byte Buddy is missing
   */
  public <T> T create(Class<T> type, Object... arguments) {
    Class<?> subclass = subclasses.get(type);
    if (subclass == null) {
      // made outside the map, whose locks are not to be held while classes load
      Class<?> made = Subclass.of(guards, type);
      Class<?> earlier = subclasses.putIfAbsent(type, made);
      subclass = earlier == null ? made : earlier;
    }
    return type.cast(Construction.of(type, subclass, arguments));
  }

  @Override
  public String toString() {
    return "Proxies of " + guards;
  }
}
