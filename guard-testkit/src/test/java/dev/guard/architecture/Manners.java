package dev.guard.architecture;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** How code in any room behaves: what it shows, how it is called, and who makes permits. */
final class Manners {
  private static final Pattern UNSPOKEN_NAMES =
      Pattern.compile(".*(Impl|Manager|Utils?|Helper)|Abstract.*");

  private Manners() {}

  /**
   * Nothing public or protected shows a type that is not the JDK's or of the house, or is internal;
   * but a leaf is there to join the house with one library, and shows that library's types.
   */
  static ArchRule showsNoForeignType(House house) {
    Predicate<JavaClass> fine =
        type -> {
          JavaClass base = type.getBaseComponentType();
          return base.isPrimitive()
              || base.getPackageName().startsWith("java.")
              || base.getPackageName().equals("javax.sql")
              || (house.inHouse(base) && !house.isInternal(base));
        };
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("show only the JDK's types and the house's own") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                if (!House.isPublic(type) || house.isInternal(type)) {
                  return;
                }
                Set<JavaClass> shown = new LinkedHashSet<>(type.getAllRawInterfaces());
                type.getRawSuperclass().ifPresent(shown::add);
                type.getInterfaces().forEach(face -> shown.addAll(involved(face)));
                type.getSuperclass().ifPresent(above -> shown.addAll(involved(above)));
                type.getTypeParameters().forEach(bound -> shown.addAll(involved(bound)));
                for (JavaField field : type.getFields()) {
                  if (isShown(field.getModifiers())) {
                    shown.addAll(involved(field.getType()));
                  }
                }
                for (JavaCodeUnit unit : type.getCodeUnits()) {
                  if (isShown(unit.getModifiers())) {
                    shown.addAll(involved(unit.getReturnType()));
                    unit.getParameterTypes().forEach(each -> shown.addAll(involved(each)));
                    unit.getTypeParameters().forEach(each -> shown.addAll(involved(each)));
                    shown.addAll(unit.getExceptionTypes());
                  }
                }
                for (JavaClass each : shown) {
                  events.add(
                      new SimpleConditionEvent(
                          type,
                          fine.test(each) || house.joins(type, each),
                          type.getName() + " shows " + each.getName()));
                }
              }
            });
  }

  /** What is public is meant to be: no helpers, no half-finished classes. */
  static ArchRule publicNamesAreWords(House house) {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("not be public under a name that says nothing") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                boolean bad =
                    House.isPublic(type)
                        && !house.isInternal(type)
                        && UNSPOKEN_NAMES.matcher(type.getSimpleName()).matches();
                events.add(new SimpleConditionEvent(type, !bad, type.getName() + " is public"));
              }
            });
  }

  /**
   * A public class is closed: final, or sealed, or an exception, and never extended by accident.
   */
  static ArchRule publicClassesAreClosed(House house) {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("be final or sealed, if they are public classes") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                if (!House.isPublic(type)
                    || house.isInternal(type)
                    || type.isInterface()
                    || type.isEnum()
                    || type.getSimpleName().equals("package-info")) {
                  return;
                }
                boolean closed =
                    type.getModifiers().contains(JavaModifier.FINAL)
                        || type.reflect().isSealed()
                        || type.getConstructors().stream()
                            .allMatch(made -> made.getModifiers().contains(JavaModifier.PRIVATE));
                events.add(
                    new SimpleConditionEvent(type, closed, type.getName() + " can be extended"));
              }
            });
  }

  /** A permit comes from the engine and from nowhere else. */
  static ArchRule permitsComeFromTheEngine(Set<String> permits, String engine) {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("not make a permit, unless they are the engine") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                  boolean made =
                      permits.contains(access.getTargetOwner().getName())
                          && access.getTarget().getName().equals("<init>");
                  boolean fine = !made || type.getPackageName().equals(engine);
                  events.add(new SimpleConditionEvent(access, fine, access.getDescription()));
                }
                if (permits.contains(type.getName())) {
                  type.getConstructors()
                      .forEach(
                          made ->
                              events.add(
                                  new SimpleConditionEvent(
                                      made,
                                      !isShown(made.getModifiers()),
                                      made.getFullName() + " can be called from outside")));
                }
              }
            });
  }

  private static Set<JavaClass> involved(JavaType type) {
    return type.getAllInvolvedRawTypes();
  }

  private static boolean isShown(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }
}
