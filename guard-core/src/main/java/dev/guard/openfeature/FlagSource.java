package dev.guard.openfeature;

import dev.guard.killswitch.KillSwitch;
import dev.guard.killswitch.KillSwitch.Reading;
import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ProviderState;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a kill switch from an OpenFeature flag. It says RUN only if a provider that is ready
 * decided so: a default, an error, a stale answer, a flag that is disabled or of another type, a
 * reason that is missing or not known, and a provider that is not ready are all STOP.
 *
 * <pre>{@code
 * KillSwitch.from(FlagSource.of(OpenFeatureAPI.getInstance().getClient(), "image-cleanup"))
 * }</pre>
 *
 * <p>The flag is text: {@code run}, {@code pause} or {@code stop}; anything else is STOP. {@link
 * #enabling} takes a boolean flag instead. The flag is asked at every question of the switch;
 * whether its provider answers from memory or over a network, and how it bounds that, is the
 * provider's part. Thread-safe, if the client is. The sources of the reasons are the OpenFeature
 * specification's resolution reasons (section 1.4, "resolution details").
 */
public final class FlagSource implements KillSwitch.Source {
  /** Reasons by which a provider says that it decided. DEFAULT, ERROR, STALE, … are not among. */
  private static final Set<String> DECIDED = Set.of("STATIC", "TARGETING_MATCH", "SPLIT", "CACHED");

  private static final String ABSENT = "stop";

  private final Client client;
  private final String flag;
  private final boolean isBoolean;

  private FlagSource(Client client, String flag, boolean isBoolean) {
    this.client = Objects.requireNonNull(client, "client");
    this.flag = flag;
    this.isBoolean = isBoolean;
    if (flag.isBlank() || flag.length() > 200) {
      throw new IllegalArgumentException("A flag's name has 1 to 200 characters, not blank.");
    }
  }

  /**
   * A flag that says {@code run}, {@code pause} or {@code stop}.
   *
   * @param client asks the flag
   * @param flag its name; not blank
   * @return the source
   */
  public static FlagSource of(Client client, String flag) {
    return new FlagSource(client, flag, false);
  }

  /**
   * A boolean flag that is RUN if it is true, and STOP if it is false.
   *
   * @param client asks the flag
   * @param flag its name; not blank
   * @return the source
   */
  public static FlagSource enabling(Client client, String flag) {
    return new FlagSource(client, flag, true);
  }

  @Override
  public String name() {
    return "flag " + flag;
  }

  @Override
  public Reading read() {
    ProviderState state = client.getProviderState();
    if (state != ProviderState.READY) {
      return Reading.stop(
          "the provider of the flag '"
              + flag
              + "' is "
              + state
              + ", not READY. Mend it, then resume.");
    }
    return isBoolean ? ofBoolean() : ofText();
  }

  private Reading ofBoolean() {
    FlagEvaluationDetails<Boolean> details = client.getBooleanDetails(flag, false);
    if (!decided(details)) {
      return undecided(details);
    }
    return Boolean.TRUE.equals(details.getValue())
        ? Reading.run()
        : Reading.stop("the flag '" + flag + "' is false.");
  }

  private Reading ofText() {
    FlagEvaluationDetails<String> details = client.getStringDetails(flag, ABSENT);
    if (!decided(details)) {
      return undecided(details);
    }
    switch (details.getValue().strip().toLowerCase(Locale.ROOT)) {
      case "run":
        return Reading.run();
      case "pause":
        return Reading.pause("the flag '" + flag + "' says pause.");
      case "stop":
        return Reading.stop("the flag '" + flag + "' says stop.");
      default:
        return Reading.stop(
            "the flag '" + flag + "' says neither run nor pause nor stop. Set it, then resume.");
    }
  }

  private static boolean decided(FlagEvaluationDetails<?> details) {
    return details.getErrorCode() == null
        && details.getValue() != null
        && details.getReason() != null
        && DECIDED.contains(details.getReason());
  }

  private Reading undecided(FlagEvaluationDetails<?> details) {
    return Reading.stop(
        "the flag '"
            + flag
            + "' was not decided by its provider ("
            + (details.getErrorCode() == null
                ? "reason " + shown(details.getReason())
                : "error " + details.getErrorCode())
            + "), which is STOP. Mend it, then resume.");
  }

  /** A reason is the provider's text, so it is cut and made harmless. */
  private static String shown(@Nullable String reason) {
    if (reason == null) {
      return "none";
    }
    return reason.substring(0, Math.min(40, reason.length())).replaceAll("[^A-Za-z0-9_ -]", "?");
  }

  @Override
  public String toString() {
    return "FlagSource of " + flag;
  }
}
