package dev.guard.registry.reference;

/**
 * The answer of {@link ImageReference#parse(String)}: either a reference or the reason why the text
 * is none. There is no third answer and nothing is ever repaired: a text that the reference grammar
 * refuses is unknown evidence, and unknown evidence protects.
 */
public sealed interface ParsedReference permits ImageReference, UnparseableReference {

  /**
   * The text as it was found, unchanged.
   *
   * @return the input of the parser
   */
  String raw();
}
