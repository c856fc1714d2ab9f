package dev.guard.annotation;

import dev.guard.Guard;
import dev.guard.GuardConfigurationException;
import dev.guard.Target;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What guarded methods are wired with: guards by name, and by type how an argument becomes a {@link
 * Target}.
 *
 * <pre>{@code
 * Guards guards =
 *     Guards.of(guard).targets(Row.class, row -> Target.of("row", "orders-db", row.key()));
 * Rows rows = GuardProxies.with(guards).wrap(Rows.class, new JdbcRows(dataSource));
 * }</pre>
 *
 * <p>There is no expression language: a mapper is code, found by the parameter's declared type, or
 * else by its nearest supertype. A mapper gives a strong identity, for the same value always the
 * same; what it throws reaches the caller, and nothing runs. Immutable; as thread-safe as the
 * mappers. No argument may be null.
 */
public final class Guards {
  private final Map<String, Guard> guards;
  private final Map<Class<?>, Function<Object, Target>> mappers;

  private Guards(Map<String, Guard> guards, Map<Class<?>, Function<Object, Target>> mappers) {
    this.guards = guards;
    this.mappers = mappers;
  }

  /**
   * These guards, which know targets by {@link Target} alone.
   *
   * @param guards the guards; at least one, each of a name of its own
   * @return the guards
   * @throws GuardConfigurationException if there is none, or two have one name
   */
  public static Guards of(Guard... guards) {
    return of(List.of(guards));
  }

  /**
   * These guards, which know targets by {@link Target} alone.
   *
   * @param guards the guards; at least one, each of a name of its own
   * @return the guards
   * @throws GuardConfigurationException if there is none, or two have one name
   */
  public static Guards of(Collection<Guard> guards) {
    Map<String, Guard> named = new TreeMap<>();
    for (Guard guard : guards) {
      if (named.put(guard.name(), guard) != null) {
        throw new GuardConfigurationException(
            "Two guards are called '"
                + guard.name()
                + "', so a guarded method could not say which it means. Name one otherwise.");
      }
    }
    if (named.isEmpty()) {
      throw new GuardConfigurationException("Guarded methods need at least one guard.");
    }
    return new Guards(named, Map.of());
  }

  /**
   * These guards, which also know targets of another type.
   *
   * @param type the type of an argument, or of the elements of one
   * @param mapper what such an argument is, as a target; not null for any
   * @param <T> the type
   * @return new guards
   * @throws GuardConfigurationException if the type has a mapper, or needs none
   */
  public <T> Guards targets(Class<T> type, Function<? super T, Target> mapper) {
    Objects.requireNonNull(mapper, "mapper");
    Class<?> known = Lineage.boxed(type);
    if (known.equals(Target.class) || mappers.containsKey(known)) {
      throw new GuardConfigurationException(
          "How " + type.getTypeName() + " becomes a target is known already. Map it once.");
    }
    Map<Class<?>, Function<Object, Target>> more = new LinkedHashMap<>(mappers);
    more.put(known, argument -> mapper.apply(cast(argument)));
    return new Guards(guards, more);
  }

  /** The mapper is only asked for arguments of parameters of its type. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T> T cast(Object argument) {
    return (T) argument;
  }

  Optional<Guard> guard(String name) {
    return Optional.ofNullable(guards.get(name));
  }

  Set<String> names() {
    return guards.keySet();
  }

  /** All that fit as well: none, or one, or more of which none is nearer than another. */
  List<Function<Object, Target>> mappers(Class<?> parameter) {
    Class<?> type = Lineage.boxed(parameter);
    if (Target.class.equals(type)) {
      return List.of(Target.class::cast);
    }
    List<Class<?>> fit = mappers.keySet().stream().filter(at -> at.isAssignableFrom(type)).toList();
    return fit.stream()
        .filter(at -> fit.stream().noneMatch(near -> near != at && at.isAssignableFrom(near)))
        .map(mappers::get)
        .toList();
  }

  @Override
  public String toString() {
    return "Guards " + guards.keySet();
  }
}
