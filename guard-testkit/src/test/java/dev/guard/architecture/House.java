package dev.guard.architecture;

import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Which room of guard-core may know which. The rules work on any root package, so that a wrong
 * house can be built beside the real one and each rule be seen to fail on it.
 */
final class House {
  private static final Set<String> NONE = Set.of();
  private static final Set<String> STATE = Set.of("state");
  private static final Set<String> EVERY = Set.of("*");

  /** What every room may know: the words, time, and what is internal. */
  private static final Set<String> COMMON = Set.of("", "time", "internal");

  /**
   * The rooms, and what each may know beside itself and {@link #COMMON}. A room that is not here
   * does not exist; those that are not built yet have their place.
   */
  private static final Map<String, Set<String>> ROOMS =
      Map.ofEntries(
          entry("time", NONE),
          entry("internal", NONE),
          entry("state", NONE),
          entry("evidence", STATE),
          entry("notify", NONE),
          entry("audit", STATE),
          entry("plan", Set.of("state", "notify", "evidence")),
          entry("dryrun", NONE),
          entry("protection", NONE),
          entry("pace", NONE),
          entry("blastradius", STATE),
          entry("killswitch", STATE),
          entry("errorthreshold", STATE),
          entry("rollout", Set.of("state", "plan")),
          entry("soak", Set.of("state", "plan")),
          entry("undo", Set.of("state", "plan", "audit")),
          entry("annotation", NONE),
          entry("spring", EVERY),
          entry("micrometer", EVERY),
          entry("openfeature", EVERY));

  /** One idea each, put together by {@code Guard} alone. */
  private static final Set<String> PRIMITIVES =
      Set.of(
          "dryrun",
          "protection",
          "pace",
          "blastradius",
          "killswitch",
          "errorthreshold",
          "rollout",
          "soak");

  /** Rooms nothing else may know, and the library that each joins the house with. */
  private static final Map<String, String> LEAVES =
      Map.of(
          "spring", "org.springframework",
          "micrometer", "io.micrometer",
          "openfeature", "dev.openfeature");

  private final String root;
  private final Set<String> frontDoor;

  /**
   * A house.
   *
   * @param root its root package, where the words live
   * @param frontDoor the simple names of the root's types that may know rooms
   */
  House(String root, Set<String> frontDoor) {
    this.root = root;
    this.frontDoor = frontDoor;
  }

  ArchRule everyRoomIsOnTheMap() {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("live in a room of the map") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                String room = room(type);
                boolean known = room.isEmpty() || ROOMS.containsKey(room);
                events.add(
                    new SimpleConditionEvent(
                        type,
                        known,
                        type.getName() + " lives in '" + room + "', no room of the map"));
              }
            });
  }

  ArchRule roomsKnowOnlyWhatTheyMay() {
    return knowing(
        "know only the words, time, internal and the rooms the map names",
        (from, to) ->
            from.isEmpty()
                || COMMON.contains(to)
                || ROOMS.getOrDefault(from, NONE).contains(to)
                || ROOMS.getOrDefault(from, NONE).equals(EVERY));
  }

  ArchRule primitivesDoNotKnowEachOther() {
    return knowing(
        "not know another primitive",
        (from, to) -> !(PRIMITIVES.contains(from) && PRIMITIVES.contains(to)));
  }

  ArchRule leavesAreKnownByNobody() {
    return knowing("not know a leaf", (from, to) -> !LEAVES.containsKey(to));
  }

  ArchRule timeAndInternalKnowNoRoom() {
    return knowing(
        "know nothing but the words, if they are time or internal",
        (from, to) ->
            !(from.equals("time") || from.equals("internal"))
                || to.isEmpty()
                || (from.equals("internal") && to.equals("time")));
  }

  ArchRule wordsKnowNoRoom() {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("know no room but time, unless they are the front door") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                if (!room(type).isEmpty() || frontDoor.contains(outermost(type).getSimpleName())) {
                  return;
                }
                for (Dependency use : type.getDirectDependenciesFromSelf()) {
                  JavaClass used = use.getTargetClass().getBaseComponentType();
                  boolean fine =
                      !inHouse(used) || room(used).isEmpty() || room(used).equals("time");
                  events.add(new SimpleConditionEvent(use, fine, use.getDescription()));
                }
              }
            });
  }

  /** No package knows itself through others, once the front door is taken away. */
  ArchRule noCycles() {
    return SlicesRuleDefinition.slices()
        .assignedFrom(
            new SliceAssignment() {
              @Override
              public SliceIdentifier getIdentifierOf(JavaClass type) {
                if (!inHouse(type)
                    || (room(type).isEmpty()
                        && frontDoor.contains(outermost(type).getSimpleName()))) {
                  return SliceIdentifier.ignore();
                }
                return SliceIdentifier.of(type.getPackageName());
              }

              @Override
              public String getDescription() {
                return "the packages of " + root + " without its front door";
              }
            })
        .should()
        .beFreeOfCycles();
  }

  /** How many public top-level types a room may show. */
  ArchRule roomsShowAtMost(int words, int others) {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("share their room with few other public types") {
              private final Map<String, Integer> shown = new TreeMap<>();

              @Override
              public void check(JavaClass type, ConditionEvents events) {
                if (isPublic(type)
                    && type.isTopLevelClass()
                    && !room(type).equals("internal")
                    && !type.getSimpleName().equals("package-info")) {
                  shown.merge(room(type), 1, Integer::sum);
                }
              }

              @Override
              public void finish(ConditionEvents events) {
                shown.forEach(
                    (room, count) ->
                        events.add(
                            new SimpleConditionEvent(
                                room,
                                count <= (room.isEmpty() ? words : others),
                                "room '" + room + "' shows " + count + " public types")));
              }
            });
  }

  boolean isInternal(JavaClass type) {
    return room(type).equals("internal");
  }

  /** Whether a leaf shows a type of the library that it joins the house with. */
  boolean joins(JavaClass leaf, JavaClass shown) {
    String library = LEAVES.get(room(leaf));
    return library != null && shown.getBaseComponentType().getName().startsWith(library + ".");
  }

  boolean inHouse(JavaClass type) {
    return type.getPackageName().equals(root) || type.getPackageName().startsWith(root + ".");
  }

  static boolean isPublic(JavaClass type) {
    JavaClass at = type;
    while (true) {
      if (!at.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC)) {
        return false;
      }
      if (at.getEnclosingClass().isEmpty()) {
        return true;
      }
      at = at.getEnclosingClass().get();
    }
  }

  private static JavaClass outermost(JavaClass type) {
    JavaClass at = type;
    while (at.getEnclosingClass().isPresent()) {
      at = at.getEnclosingClass().get();
    }
    return at;
  }

  private String room(JavaClass type) {
    String name = type.getPackageName();
    if (name.equals(root)) {
      return "";
    }
    String inner = name.substring(root.length() + 1);
    int dot = inner.indexOf('.');
    return dot < 0 ? inner : inner.substring(0, dot);
  }

  private ArchRule knowing(String what, BiPredicate<String, String> allowed) {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>(what) {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (Dependency use : type.getDirectDependenciesFromSelf()) {
                  JavaClass used = use.getTargetClass().getBaseComponentType();
                  if (inHouse(used) && !room(used).equals(room(type))) {
                    boolean fine = allowed.test(room(type), room(used));
                    events.add(new SimpleConditionEvent(use, fine, use.getDescription()));
                  }
                }
              }
            });
  }
}
