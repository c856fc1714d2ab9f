package dev.guard.killswitch;

import dev.guard.killswitch.KillSwitch.Reading;
import dev.guard.killswitch.KillSwitch.Source;
import dev.guard.killswitch.KillSwitch.State;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whatever a supplier says. */
final class SupplierSource implements Source {
  private static final Reading PAUSE = Reading.pause("its supplier says so.");
  private static final Reading STOP = Reading.stop("its supplier says so. Change it, then resume.");
  private static final Reading NOTHING =
      Reading.stop("its supplier answered nothing, which is STOP. Mend it, then resume.");

  private final String name;
  private final Supplier<State> state;

  SupplierSource(String name, Supplier<State> state) {
    this.name = name;
    this.state = Objects.requireNonNull(state, "state");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Reading read() {
    @Nullable State now = state.get();
    if (now == null) {
      return NOTHING;
    }
    switch (now) {
      case RUN:
        return Reading.run();
      case PAUSE:
        return PAUSE;
      default:
        return STOP;
    }
  }
}
