package dev.guard.annotation;

import dev.guard.Guard;
import dev.guard.GuardConfigurationException;
import dev.guard.Outcome;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads all of a class before anything runs, and gathers what is wrong with it rather than stop at
 * the first.
 */
final class Reading {
  private final Guards guards;
  private final Class<?> type;
  private final Lineage lineage;
  private final Map<Signature, List<Method>> families = new LinkedHashMap<>();
  private final Map<Signature, GuardedMethod> guarded = new LinkedHashMap<>();
  private final Set<String> faults = new LinkedHashSet<>();

  private Reading(Guards guards, Class<?> type) {
    this.guards = guards;
    this.type = type;
    this.lineage = Lineage.of(type);
  }

  static Reading of(Guards guards, Class<?> type) {
    Reading reading = new Reading(guards, type);
    for (Class<?> line : reading.lineage.types()) {
      for (Method method : sorted(line.getDeclaredMethods())) {
        reading.meet(method);
      }
    }
    reading.families.forEach(reading::read);
    if (reading.guarded.isEmpty() && reading.faults.isEmpty()) {
      reading.fault("no method of it, its superclasses or its interfaces has @Guarded");
    }
    return reading;
  }

  static boolean isMarked(Class<?> type) {
    return Lineage.of(type).types().stream()
        .flatMap(line -> Arrays.stream(line.getDeclaredMethods()))
        .anyMatch(Reading::isMarked);
  }

  private static boolean isMarked(Method method) {
    return method.isAnnotationPresent(Guarded.class) || !marked(method).isEmpty();
  }

  /** Reflection has no order of its own, and messages should not change from run to run. */
  private static List<Method> sorted(Method[] methods) {
    return Arrays.stream(methods)
        .filter(method -> !method.isBridge() && !method.isSynthetic())
        .sorted(Comparator.comparing(Method::toString))
        .toList();
  }

  private void meet(Method method) {
    boolean alone = Modifier.isStatic(method.getModifiers()) || isPrivate(method);
    if (!alone) {
      families.computeIfAbsent(here(method), key -> new ArrayList<>()).add(method);
    } else if (isMarked(method)) {
      fault(label(method) + " is " + (isPrivate(method) ? "private" : "static"));
    }
  }

  private static boolean isPrivate(Method method) {
    return Modifier.isPrivate(method.getModifiers());
  }

  /** The method's signature with its type variables as they are in this class. */
  private Signature here(Method method) {
    List<Class<?>> parameters =
        Arrays.stream(method.getGenericParameterTypes())
            .<Class<?>>map(parameter -> lineage.raw(method.getDeclaringClass(), parameter))
            .toList();
    return new Signature(method.getName(), parameters);
  }

  private void read(Signature signature, List<Method> family) {
    List<Method> named =
        family.stream().filter(method -> method.isAnnotationPresent(Guarded.class)).toList();
    if (named.isEmpty()) {
      if (family.stream().anyMatch(Reading::isMarked)) {
        fault(label(family.get(0)) + " has @GuardTargets, but not @Guarded");
      }
      return;
    }
    String label = label(family.get(0));
    family.stream()
        .filter(method -> Modifier.isFinal(method.getModifiers()))
        .forEach(method -> fault(label(method) + " is final"));
    rivals(label, family);
    boolean outcome = returns(label, family);
    Guard guard = guard(label, named);
    TargetParameter parameter = parameter(label, signature, family);
    if (guard != null && parameter != null) {
      Guarded nearest = named.get(0).getAnnotation(Guarded.class);
      String action = nearest.action().isEmpty() ? label : nearest.action();
      String because = nearest.because().isEmpty() ? label + " was called" : nearest.because();
      if (action.isBlank() || because.isBlank()) {
        fault(label + " has a blank action or because");
        return;
      }
      GuardedMethod one = new GuardedMethod(label, guard, action, because, parameter, outcome);
      guarded.put(signature, one);
      family.forEach(method -> guarded.put(Signature.of(method), one));
    }
  }

  private void rivals(String label, List<Method> family) {
    Set<String> rivals = new TreeSet<>();
    family.forEach(method -> rivals.addAll(Rivals.of(method)));
    lineage.types().forEach(line -> rivals.addAll(Rivals.of(line)));
    for (String rival : rivals) {
      fault(
          label
              + " has @"
              + rival
              + " too: what repeats an act, or runs it on another thread, goes outside the guard, on the caller of this method");
    }
  }

  private boolean returns(String label, List<Method> family) {
    Set<Class<?>> returned = new LinkedHashSet<>();
    family.forEach(
        method ->
            returned.add(lineage.raw(method.getDeclaringClass(), method.getGenericReturnType())));
    boolean outcome = returned.equals(Set.of(Outcome.class));
    if (!outcome && !returned.equals(Set.of(void.class))) {
      fault(
          label
              + " returns "
              + String.join(" and ", returned.stream().map(Class::getSimpleName).toList())
              + ", but a refusal has no such value: return void or Outcome<…>");
    }
    return outcome;
  }

  private @Nullable Guard guard(String label, List<Method> named) {
    Set<String> names = new TreeSet<>();
    named.forEach(method -> names.add(method.getAnnotation(Guarded.class).value()));
    if (names.size() > 1) {
      fault(label + " is guarded by two names, " + String.join(" and ", names));
      return null;
    }
    String name = names.iterator().next();
    Guard guard = guards.guard(name).orElse(null);
    if (guard == null) {
      fault(label + " names the guard '" + name + "', but known are " + guards.names());
    }
    return guard;
  }

  private @Nullable TargetParameter parameter(
      String label, Signature signature, List<Method> family) {
    Set<Integer> marked = new TreeSet<>();
    family.forEach(method -> marked.addAll(marked(method)));
    if (marked.size() != 1) {
      fault(
          label
              + " has "
              + (marked.isEmpty() ? "no parameter" : marked.size() + " parameters")
              + " with @GuardTargets, but one names what it touches");
      return null;
    }
    int index = marked.iterator().next();
    Class<?> declared = signature.parameters().get(index);
    TargetParameter.Holds holds = holds(declared);
    if (holds == null) {
      fault(
          label
              + " takes its targets as "
              + declared.getSimpleName()
              + ", of which the body could get no copy: take Collection, List, Set or an array of objects");
      return null;
    }
    Class<?> element = element(holds, declared, index, family);
    var mappers = guards.mappers(element);
    if (mappers.size() != 1) {
      fault(
          label
              + " takes "
              + element.getTypeName()
              + ", for which there "
              + (mappers.isEmpty() ? "is no mapper" : "are " + mappers.size() + " mappers alike")
              + ": say Guards.targets("
              + element.getSimpleName()
              + ".class, …)");
      return null;
    }
    return new TargetParameter(index, holds, mappers.get(0));
  }

  /** Null if it holds several in a way that cannot be copied. */
  private TargetParameter.@Nullable Holds holds(Class<?> declared) {
    if (declared.isArray()) {
      return declared.getComponentType().isPrimitive() ? null : TargetParameter.Holds.ARRAY;
    }
    if (!Iterable.class.isAssignableFrom(declared) || !guards.mappers(declared).isEmpty()) {
      return TargetParameter.Holds.ONE;
    }
    if (declared.equals(Collection.class) || declared.equals(List.class)) {
      return TargetParameter.Holds.LIST;
    }
    return declared.equals(Set.class) ? TargetParameter.Holds.SET : null;
  }

  private Class<?> element(
      TargetParameter.Holds holds, Class<?> declared, int index, List<Method> family) {
    switch (holds) {
      case ONE:
        return declared;
      case ARRAY:
        return declared.getComponentType();
      default:
        return family.stream()
            .map(
                method ->
                    lineage.arguments(
                        method.getDeclaringClass(), method.getGenericParameterTypes()[index]))
            .filter(arguments -> arguments.size() == 1)
            .<Class<?>>map(arguments -> arguments.get(0))
            .findFirst()
            .orElse(Object.class);
    }
  }

  private static List<Integer> marked(Method method) {
    List<Integer> marked = new ArrayList<>();
    Annotation[][] annotations = method.getParameterAnnotations();
    for (int at = 0; at < annotations.length; at++) {
      if (Arrays.stream(annotations[at]).anyMatch(GuardTargets.class::isInstance)) {
        marked.add(at);
      }
    }
    return marked;
  }

  private static String label(Method method) {
    return method.getDeclaringClass().getSimpleName() + "." + method.getName();
  }

  Map<Signature, List<Method>> families() {
    return families;
  }

  boolean guards(Signature signature) {
    return guarded.containsKey(signature);
  }

  Lineage lineage() {
    return lineage;
  }

  void fault(String what) {
    faults.add(what);
  }

  /**
   * This reading, if nothing is wrong.
   *
   * @throws GuardConfigurationException with all faults in one message
   */
  Reading check() {
    if (faults.isEmpty()) {
      return this;
    }
    StringBuilder message = new StringBuilder(type.getName()).append(" cannot be guarded");
    if (faults.size() == 1) {
      throw new GuardConfigurationException(
          message.append(": ").append(faults.iterator().next()).append('.').toString());
    }
    message.append(", for ").append(faults.size()).append(" reasons:");
    faults.forEach(fault -> message.append("\n - ").append(fault).append('.'));
    throw new GuardConfigurationException(message.toString());
  }

  GuardedMethods methods() {
    return new GuardedMethods(
        type, guarded, families.values().stream().flatMap(List::stream).toList());
  }
}
