package dev.guard.blastradius;

import dev.guard.GuardConfigurationException;
import dev.guard.Population;
import dev.guard.state.Fence;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything that is configured of a limit, and what follows from it by arithmetic alone. */
final class Terms implements Cloneable {
  /** The most anything may be limited to: more could never refuse. */
  static final long MOST = 1_000_000_000L;

  /** No limit of that sort. */
  static final long NONE = -1;

  private static final BigInteger HUNDRED = BigInteger.valueOf(100);

  String guard = "";
  String label = "";
  @Nullable String unlimited;
  long perPlan = NONE;
  long perCall = NONE;
  long floor = NONE;
  @Nullable BigDecimal percent;
  private BigInteger percentUnscaled = BigInteger.ZERO;
  private BigInteger percentDivisor = HUNDRED;
  long times = NONE;
  List<WindowBook.Window> windows = List.of();
  @Nullable StateStore store;
  @Nullable StateStore historyStore;
  int block = 1;
  @Nullable String dimension;
  @Nullable Supplier<Population> all;
  Time time = Time.system();
  Supplier<Optional<Fence>> epoch = Optional::empty;

  Terms copy() {
    try {
      return (Terms) clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("Terms are cloneable.", e);
    }
  }

  /** A number of targets, as a limit may be. */
  static long count(String what, long most) {
    if (most < 0 || most > MOST) {
      throw new GuardConfigurationException(
          "A "
              + what
              + " is 0 to "
              + MOST
              + ", but was "
              + most
              + ": negative means nothing, and more could never refuse. Say unlimited(\"why\") if that is meant.");
    }
    return most;
  }

  void percent(double most) {
    if (!(most >= 0 && most < 100)) {
      throw new GuardConfigurationException(
          shown()
              + " takes a percent from 0 to less than 100, but was given "
              + most
              + ". Zero means none.");
    }
    BigDecimal exact = BigDecimal.valueOf(most).stripTrailingZeros();
    percent = exact;
    int scale = Math.max(0, exact.scale());
    percentUnscaled = exact.setScale(scale).unscaledValue();
    percentDivisor = HUNDRED.multiply(BigInteger.TEN.pow(scale));
  }

  /** {@code floor(percent × population / 100)}, exactly. */
  long allowedOf(long size) {
    BigInteger unscaled = percentUnscaled;
    BigInteger divisor = percentDivisor;
    if (unscaled.bitLength() + (64 - Long.numberOfLeadingZeros(size)) < 63
        && divisor.bitLength() < 63) {
      return unscaled.longValue() * size / divisor.longValue();
    }
    return unscaled.multiply(BigInteger.valueOf(size)).divide(divisor).longValue();
  }

  /** Whether these are for single calls only, so that no plan may go by them. */
  boolean callsOnly() {
    return perPlan == NONE && unlimited == null;
  }

  /** Whether a population is needed to say anything. */
  boolean needsPopulation() {
    return percent != null || floor != NONE;
  }

  String name() {
    return label.isEmpty() ? "blast-radius" : "blast-radius " + label;
  }

  String shown() {
    return label.isEmpty() ? "blast radius" : "blast radius '" + label + "'";
  }

  String shownPercent() {
    return percent == null ? "" : percent.toPlainString();
  }

  /** Guard and limit, by which its history is kept. */
  String scope() {
    return guard.length() + ":" + guard + label.length() + ":" + label;
  }

  /** Where the windows of a value of the dimension are kept. */
  String key(String value) {
    String counted = dimension == null ? "" : dimension.length() + ":" + dimension + value;
    return StateStore.key("window", scope() + counted);
  }

  @Override
  public String toString() {
    if (unlimited != null) {
      return "BlastRadiusLimit: unlimited, because " + unlimited;
    }
    return "BlastRadiusLimit: "
        + (callsOnly() ? "no plans" : perPlan + " per plan")
        + (percent == null ? "" : ", " + shownPercent() + " %")
        + (perCall == NONE ? "" : ", " + perCall + " per call")
        + (floor == NONE ? "" : ", keep at least " + floor)
        + (times == NONE ? "" : ", no more than " + times + " times the usual")
        + (windows.isEmpty() ? "" : ", " + windows)
        + (dimension == null ? "" : ", for each " + dimension);
  }
}
