package dev.guard.annotation;

import dev.guard.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parameter that names the targets.
 *
 * @param index which one
 * @param holds how it holds them
 * @param mapper what one is, as a target
 */
record TargetParameter(int index, Holds holds, Function<Object, Target> mapper) {
  /** How a parameter holds its targets. */
  enum Holds {
    /** It is one. */
    ONE,
    /** A list or any collection, of which the body gets a list. */
    LIST,
    /** A set. */
    SET,
    /** An array. */
    ARRAY
  }

  /**
   * The targets of one call. What holds them is replaced by a copy, so that the body sees what was
   * judged.
   *
   * @throws IllegalArgumentException if it names none, or null among them
   */
  List<Target> targets(String label, @Nullable Object[] arguments) {
    Object given = arguments[index];
    if (given == null) {
      throw none(label, "null");
    }
    List<Target> targets = new ArrayList<>();
    for (Object one : copied(given, arguments)) {
      if (one == null) {
        throw none(label, "null among others");
      }
      targets.add(
          Objects.requireNonNull(
              mapper.apply(one), () -> "The mapper of " + label + " mapped to no target."));
    }
    if (targets.isEmpty()) {
      throw none(label, "nothing");
    }
    return targets;
  }

  private Collection<?> copied(Object given, @Nullable Object[] arguments) {
    switch (holds) {
      case LIST:
        List<Object> list = Collections.unmodifiableList(new ArrayList<>((Collection<?>) given));
        arguments[index] = list;
        return list;
      case SET:
        Set<Object> set = Collections.unmodifiableSet(new LinkedHashSet<>((Collection<?>) given));
        arguments[index] = set;
        return set;
      case ARRAY:
        Object[] array = ((Object[]) given).clone();
        arguments[index] = array;
        return Collections.unmodifiableList(Arrays.asList(array));
      default:
        return List.of(given);
    }
  }

  private static IllegalArgumentException none(String label, String what) {
    return new IllegalArgumentException(
        label
            + " was called with "
            + what
            + " as its targets: none never means everything. Name what it touches, or do not call it.");
  }
}
