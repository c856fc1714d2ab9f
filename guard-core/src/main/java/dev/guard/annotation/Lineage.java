package dev.guard.annotation;

import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A class, its superclasses and its interfaces, nearest first, each with what its type variables
 * stand for in that class. It is how {@code delete(T)} of an interface is found to be {@code
 * delete(Row)} of the class that implements it.
 */
final class Lineage {
  private final Map<Class<?>, Map<TypeVariable<?>, Type>> lines = new LinkedHashMap<>();

  private Lineage() {}

  static Lineage of(Class<?> type) {
    Lineage lineage = new Lineage();
    lineage.classes(type, Map.of());
    lineage.lines.remove(Object.class);
    return lineage;
  }

  List<Class<?>> types() {
    return List.copyOf(lines.keySet());
  }

  /** What a type of a member of {@code owner} is here, without its arguments. */
  Class<?> raw(Class<?> owner, Type type) {
    return raw(lines.getOrDefault(owner, Map.of()), type);
  }

  /** The arguments of a type of a member of {@code owner}, as they are here. */
  List<Class<?>> arguments(Class<?> owner, Type type) {
    Map<TypeVariable<?>, Type> bound = lines.getOrDefault(owner, Map.of());
    return resolved(bound, type) instanceof ParameterizedType parameterized
        ? Stream.of(parameterized.getActualTypeArguments())
            .<Class<?>>map(argument -> raw(bound, argument))
            .toList()
        : List.of();
  }

  private void classes(Class<?> type, Map<TypeVariable<?>, Type> bound) {
    if (lines.putIfAbsent(type, bound) != null) {
      return;
    }
    if (type.getGenericSuperclass() != null) {
      enter(type.getGenericSuperclass(), bound);
    }
    for (Type above : type.getGenericInterfaces()) {
      enter(above, bound);
    }
  }

  private void enter(Type above, Map<TypeVariable<?>, Type> bound) {
    Map<TypeVariable<?>, Type> there = new HashMap<>();
    if (above instanceof ParameterizedType parameterized) {
      TypeVariable<?>[] variables = raw(bound, above).getTypeParameters();
      for (int at = 0; at < variables.length; at++) {
        there.put(variables[at], resolved(bound, parameterized.getActualTypeArguments()[at]));
      }
    }
    classes(raw(bound, above), there);
  }

  private static Type resolved(Map<TypeVariable<?>, Type> bound, Type type) {
    return type instanceof TypeVariable<?> variable && bound.containsKey(variable)
        ? bound.get(variable)
        : type;
  }

  private static Class<?> raw(Map<TypeVariable<?>, Type> bound, Type given) {
    Type type = resolved(bound, given);
    if (type instanceof Class<?> plain) {
      return plain;
    }
    if (type instanceof ParameterizedType parameterized) {
      return raw(bound, parameterized.getRawType());
    }
    if (type instanceof GenericArrayType array) {
      return Array.newInstance(raw(bound, array.getGenericComponentType()), 0).getClass();
    }
    if (type instanceof WildcardType wildcard) {
      return raw(bound, wildcard.getUpperBounds()[0]);
    }
    return raw(bound, ((TypeVariable<?>) type).getBounds()[0]);
  }

  /** A primitive's class of objects; every other class is its own. */
  static Class<?> boxed(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
  }
}
