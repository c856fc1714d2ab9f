package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.time.Time;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StyleTest {
  private static boolean colour(boolean terminal, Map<String, String> environment) {
    PrintStream none = new PrintStream(OutputStream.nullOutputStream());
    return new Shell(none, none, terminal, terminal, Time.system(), environment, Path.of("/"), "u")
        .style()
        .isOn();
  }

  @Test
  void colourIsForTerminalsThatWantIt() {
    assertThat(colour(true, Map.of())).isTrue();
    assertThat(colour(false, Map.of())).isFalse();
    assertThat(colour(true, Map.of("NO_COLOR", "1"))).isFalse();
    assertThat(colour(true, Map.of("NO_COLOR", ""))).isTrue();
    assertThat(colour(true, Map.of("TERM", "dumb"))).isFalse();
  }
}
