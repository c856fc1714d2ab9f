package dev.guard.annotation;

import dev.guard.GuardConfigurationException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds and calls the one constructor that takes the given arguments. */
final class Construction {
  private Construction() {}

  static Object of(Class<?> type, Class<?> subclass, @Nullable Object[] arguments) {
    List<Constructor<?>> fit =
        Arrays.stream(subclass.getDeclaredConstructors())
            .filter(one -> takes(one.getParameterTypes(), arguments))
            .toList();
    if (fit.size() != 1) {
      throw new GuardConfigurationException(
          type.getName()
              + " has "
              + (fit.isEmpty() ? "no constructor that a subclass may call" : "several constructors")
              + " for "
              + arguments.length
              + " argument(s) of these types: "
              + types(arguments)
              + ". Give exactly what one of them takes.");
    }
    try {
      fit.get(0).setAccessible(true); // the subclass is ours
      return fit.get(0).newInstance(arguments);
    } catch (InvocationTargetException thrown) {
      throw Construction.<RuntimeException>own(Objects.requireNonNull(thrown.getCause()));
    } catch (ReflectiveOperationException fault) {
      throw new GuardConfigurationException(type.getName() + " could not be constructed.", fault);
    }
  }

  private static boolean takes(Class<?>[] parameters, @Nullable Object[] arguments) {
    if (parameters.length != arguments.length) {
      return false;
    }
    for (int at = 0; at < parameters.length; at++) {
      Object argument = arguments[at];
      if (argument == null
          ? parameters[at].isPrimitive()
          : !Lineage.boxed(parameters[at]).isInstance(argument)) {
        return false;
      }
    }
    return true;
  }

  private static List<String> types(@Nullable Object[] arguments) {
    return Arrays.stream(arguments)
        .map(argument -> argument == null ? "null" : argument.getClass().getSimpleName())
        .toList();
  }

  /** The constructor's own exception, whatever it is. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X own(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
