package dev.guard.annotation;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Annotations that make a framework repeat a method, run it on another thread, or give it up while
 * it runs. Their advice may stand inside the guard's, where one permit would cover two acts, or an
 * act nobody waits for.
 */
final class Rivals {
  /**
   * By simple name: Spring, Spring Retry, Resilience4j, MicroProfile, Jakarta, Micronaut and jcabi
   * call them so, and a framework that is not known yet will too.
   */
  private static final Set<String> NAMES =
      Set.of(
          "Async",
          "Asynchronous",
          "AsynchronousNonBlocking",
          "Retry",
          "Retryable",
          "RetryOnFailure",
          "TimeLimiter",
          "Timeout",
          "Timeable");

  private Rivals() {}

  /** The simple names of those that stand on it, also by way of another annotation. */
  static Set<String> of(AnnotatedElement element) {
    Set<String> found = new TreeSet<>();
    gather(element, found, new HashSet<>());
    return found;
  }

  private static void gather(AnnotatedElement element, Set<String> found, Set<Class<?>> seen) {
    for (Annotation annotation : element.getDeclaredAnnotations()) {
      Class<? extends Annotation> type = annotation.annotationType();
      if (NAMES.contains(type.getSimpleName())) {
        found.add(type.getSimpleName());
      } else if (seen.add(type) && !type.getName().startsWith("java.lang.annotation.")) {
        gather(type, found, seen);
      }
    }
  }
}
