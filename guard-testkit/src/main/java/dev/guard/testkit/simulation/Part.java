package dev.guard.testkit.simulation;

import java.util.ArrayList;
import java.util.List;

/** A part of a simulation: it can be played alone, and any of its steps can be left out. */
interface Part {
  /** What it is decided by. */
  long seed();

  /** Plays it, alone. */
  Simulation.Result play();

  /** How many steps there are to leave out. */
  int size();

  /** The same without the steps from one, inclusively, to another, exclusively. */
  Part without(int from, int to);

  /** The same with one step that does less, in each of the ways there are. */
  List<Part> shorter();

  /** All parts of what a seed decides. */
  static List<Part> of(long seed) {
    List<Part> parts = new ArrayList<>();
    parts.add(Script.of(seed));
    for (Story.Kind kind : Story.Kind.values()) {
      if (kind.isPlayedWith(seed)) {
        parts.add(Told.of(kind, seed));
      }
    }
    return parts;
  }

  /** The parts of a text, each as its {@code toString} gives it. */
  static List<Part> parse(String text) {
    List<List<String>> blocks = new ArrayList<>();
    text.lines()
        .map(String::trim)
        .filter(line -> !line.isEmpty())
        .forEach(
            line -> {
              if (blocks.isEmpty() || line.startsWith(Told.BEGIN)) {
                blocks.add(new ArrayList<>());
              }
              blocks.get(blocks.size() - 1).add(line);
            });
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException("A script begins with its setup, but this one is empty.");
    }
    List<Part> parts = new ArrayList<>();
    for (List<String> block : blocks) {
      parts.add(block.get(0).startsWith(Told.BEGIN) ? Told.parse(block) : Script.parse(block));
    }
    return parts;
  }
}
