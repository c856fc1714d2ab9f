package dev.guard.registry;

/**
 * What a registry's answer says about the thing asked for. There are deliberately more than two:
 * everything between {@link #PRESENT} and {@link #ABSENT} means that existence is not known, and
 * what is not known is kept.
 */
public enum Answer {
  /** It is there, and what was sent was verified as far as it can be. */
  PRESENT,
  /**
   * It is not there: the registry said so in its own words, to the full list of media types, with
   * credentials proven good for that repository.
   */
  ABSENT,
  /**
   * It cannot be told: a time-out, a cut or altered body, a server error, a 404 that is not the
   * registry's own.
   */
  UNKNOWN,
  /** The registry calls the name, tag or manifest invalid; it says nothing about existence. */
  BAD_REFERENCE,
  /** The registry does not serve this call (405, or an endpoint that does not exist). */
  CAPABILITY_OFF,
  /** The registry itself keeps it: immutable, locked or referenced (412). */
  KEPT_BY_REGISTRY,
  /** Not authenticated or not allowed; many registries also answer this for what does not exist. */
  DENIED,
  /** Too many requests, also after waiting as often as allowed. */
  RATE_LIMITED;

  /**
   * Whether this answer decides existence at all.
   *
   * @return true for {@link #PRESENT} and {@link #ABSENT} only
   */
  public boolean decided() {
    return this == PRESENT || this == ABSENT;
  }
}
