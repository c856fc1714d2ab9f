package dev.guard.annotation;

import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Collectors;

/** What of a method tells it from the others of its class. */
record Signature(String name, List<Class<?>> parameters) {
  static Signature of(Method method) {
    return new Signature(method.getName(), List.of(method.getParameterTypes()));
  }

  @Override
  public String toString() {
    return parameters.stream()
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", name + "(", ")"));
  }
}
