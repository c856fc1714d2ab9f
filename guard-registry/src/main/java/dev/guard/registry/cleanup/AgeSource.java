package dev.guard.registry.cleanup;

import dev.guard.GuardConfigurationException;

/** Where an image's age comes from. Only an age that can be trusted makes a candidate. */
public enum AgeSource {
  /**
   * When the registry received it. The registries this client speaks to do not tell, so a policy
   * with it does not build.
   */
  PUSH_TIME("push-time"),
  /** When Guard's own complete inventory first saw it in its repository with its present tags. */
  FIRST_SEEN("first-seen"),
  /** The stamp that the image's builder put into it; anybody can write anything there. */
  CREATED("created");

  private final String text;

  AgeSource(String text) {
    this.text = text;
  }

  /**
   * The name in a configuration.
   *
   * @return for example {@code first-seen}
   */
  public String text() {
    return text;
  }

  /**
   * Reads a name from a configuration.
   *
   * @param text the name
   * @return the source
   * @throws GuardConfigurationException if there is none of that name
   */
  public static AgeSource of(String text) {
    for (AgeSource source : values()) {
      if (source.text.equals(text)) {
        return source;
      }
    }
    throw new GuardConfigurationException(
        "The age of an image comes from push-time, first-seen or created; nothing else is known.");
  }
}
