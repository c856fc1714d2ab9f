package dev.guard.annotation;

import dev.guard.GuardConfigurationException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a view of an object does for each method of its interface. */
final class InterfaceProxy implements InvocationHandler {
  private static final Object[] NOTHING = {};

  private final Object behind;
  private final Map<Method, Call> calls = new HashMap<>();

  private InterfaceProxy(Object behind) {
    this.behind = behind;
  }

  static <T> T of(Guards guards, Class<T> type, T behind) {
    if (!type.isInterface() || type.isAnnotation() || type.isSealed()) {
      throw new GuardConfigurationException(
          type.getName()
              + " is not an interface that anybody may implement, so no view can show it. Use create(…) for a class.");
    }
    Reading reading = Reading.of(guards, behind.getClass());
    Set<Signature> shown = new HashSet<>();
    for (Method method : type.getMethods()) {
      shown.add(Signature.of(method));
    }
    reading
        .families()
        .forEach(
            (signature, family) -> {
              if (reading.guards(signature)
                  && family.stream().noneMatch(method -> shown.contains(Signature.of(method)))) {
                reading.fault(
                    signature
                        + " of "
                        + behind.getClass().getSimpleName()
                        + " is guarded, but "
                        + type.getSimpleName()
                        + " does not show it");
              }
            });
    GuardedMethods methods = reading.check().methods();
    InterfaceProxy proxy = new InterfaceProxy(behind);
    for (Method method : type.getMethods()) {
      if (!Modifier.isStatic(method.getModifiers())) {
        proxy.calls.put(method, new Call(handle(method, behind), methods.find(method)));
      }
    }
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, proxy));
  }

  private static MethodHandle handle(Method method, Object behind) {
    try {
      method.setAccessible(true); // of an interface that is not public; checked by its module
      return MethodHandles.lookup()
          .unreflect(method)
          .bindTo(behind)
          .asFixedArity()
          .asSpreader(Object[].class, method.getParameterCount())
          .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException | RuntimeException fault) {
      throw new GuardConfigurationException(
          method + " cannot be called from Guard. Open its package to Guard's module.", fault);
    }
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given)
      throws Throwable {
    @Nullable Object[] arguments = given == null ? NOTHING : given;
    Call call = calls.get(method);
    if (call == null) {
      return ofObject(proxy, method, arguments);
    }
    return call.guarded == null
        ? call.plain.invokeExact(arguments)
        : call.guarded.call(arguments, call);
  }

  private Object ofObject(Object proxy, Method method, @Nullable Object[] arguments) {
    switch (method.getName()) {
      case "equals":
        return proxy == arguments[0];
      case "hashCode":
        return System.identityHashCode(proxy);
      case "toString":
        return "guarded " + behind;
      default:
        throw new IllegalStateException("Nobody calls " + method + " through a proxy.");
    }
  }

  private record Call(MethodHandle plain, @Nullable GuardedMethod guarded)
      implements GuardedMethods.Body {
    @Override
    public @Nullable Object run(@Nullable Object[] arguments) throws Throwable {
      return plain.invokeExact(arguments);
    }
  }
}
