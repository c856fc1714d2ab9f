package dev.guard.annotation;

import dev.guard.GuardConfigurationException;
import dev.guard.internal.proxy.Interceptor;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.dynamic.scaffold.subclass.ConstructorStrategy;
import net.bytebuddy.implementation.MethodDelegation;
import net.bytebuddy.implementation.bind.annotation.Morph;
import net.bytebuddy.matcher.ElementMatchers;

/** The subclass of a class that guards its guarded methods. */
final class Subclass {
  private static final AtomicLong MADE = new AtomicLong();

  private Subclass() {}

  static Class<?> of(Guards guards, Class<?> type) {
    Reading reading = Reading.of(guards, type);
    unfit(type).forEach(reading::fault);
    GuardedMethods methods = reading.check().methods();
    try {
      return Maker.made(type, methods, reading.families().values());
    } catch (NoClassDefFoundError missing) {
      throw new GuardConfigurationException(
          type.getName()
              + " is a class, and a class is guarded with Byte Buddy, which is not there. Add net.bytebuddy:byte-buddy, or wrap an interface.",
          missing);
    }
  }

  private static List<String> unfit(Class<?> type) {
    if (type.isInterface() || type.isPrimitive() || type.isArray()) {
      return List.of("it is no class; use wrap(…) for an interface");
    }
    if (type.isRecord() || type.isEnum() || Modifier.isFinal(type.getModifiers())) {
      return List.of("it is final, so it has no subclass");
    }
    if (type.isSealed()) {
      return List.of("it is sealed, so it has no subclass that it does not name");
    }
    return Modifier.isAbstract(type.getModifiers())
        ? List.of("it is abstract, so it has no objects")
        : List.of();
  }

  /** Apart, so that the classes of Byte Buddy are asked for only when it is needed. */
  private static final class Maker {
    static Class<?> made(Class<?> type, GuardedMethods methods, Iterable<List<Method>> families) {
      DynamicType.Builder<?> subclass =
          new ByteBuddy()
              .with(TypeValidation.ENABLED)
              .subclass(type, ConstructorStrategy.Default.IMITATE_SUPER_CLASS)
              .name(type.getName() + "$Guarded" + MADE.incrementAndGet());
      for (List<Method> family : families) {
        Method method = family.get(0);
        GuardedMethod guarded = methods.find(method);
        if (guarded != null) {
          subclass =
              subclass
                  .method(ElementMatchers.is(method))
                  .intercept(
                      MethodDelegation.withDefaultConfiguration()
                          .withBinders(Morph.Binder.install(Interceptor.Overridden.class))
                          .to(
                              new Interceptor(
                                  (arguments, body) -> guarded.call(arguments, body::call))));
        }
      }
      try (DynamicType.Unloaded<?> made = subclass.make()) {
        return made.load(
                type.getClassLoader(),
                ClassLoadingStrategy.UsingLookup.of(
                    MethodHandles.privateLookupIn(type, MethodHandles.lookup())))
            .getLoaded();
      } catch (IllegalAccessException closed) {
        throw new GuardConfigurationException(
            type.getName() + " cannot be extended: open its package to Guard's module.", closed);
      }
    }

    private Maker() {}
  }
}
