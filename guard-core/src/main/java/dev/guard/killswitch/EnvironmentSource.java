package dev.guard.killswitch;

import dev.guard.killswitch.KillSwitch.Environment;
import dev.guard.killswitch.KillSwitch.Reading;
import dev.guard.killswitch.KillSwitch.Source;
import java.util.Locale;
import java.util.Objects;

/** An environment variable: absent is RUN, an unexpected value is STOP. */
final class EnvironmentSource implements Source {
  private final String variable;
  private final Environment environment;

  EnvironmentSource(String variable, Environment environment) {
    if (variable.isBlank()) {
      throw new IllegalArgumentException("A kill switch's environment variable may not be blank.");
    }
    this.variable = variable;
    this.environment = Objects.requireNonNull(environment, "environment");
  }

  /** The same question in an environment where the variable says stop. */
  EnvironmentSource set() {
    return new EnvironmentSource(variable, name -> "stop");
  }

  @Override
  public String name() {
    return "environment " + variable;
  }

  @Override
  public Reading read() {
    String value = environment.get(variable);
    if (value == null) {
      return Reading.run();
    }
    switch (value.strip().toLowerCase(Locale.ROOT)) {
      case "run":
      case "off":
      case "false":
      case "no":
      case "0":
        return Reading.run();
      case "pause":
        return Reading.pause("the variable says so. Start anew without it.");
      case "stop":
      case "on":
      case "true":
      case "yes":
      case "1":
        return Reading.stop("the variable says so. Start anew without it, then resume.");
      default:
        return Reading.stop(
            "its value is none of run, pause and stop, which is STOP. Mend it, then resume.");
    }
  }
}
