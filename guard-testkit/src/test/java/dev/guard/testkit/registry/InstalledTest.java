package dev.guard.testkit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstalledTest {
  @Test
  void aMissingBinarySkips_butNotWhereItIsRequired(@TempDir Path bin) throws Exception {
    List<String> places = List.of("", bin.toString());
    assertThat(RealRegistry.installed(places, false)).isFalse();
    assertThatThrownBy(() -> RealRegistry.installed(places, true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("docker-registry is not installed")
        .hasMessageContaining("guard.real=required");
    Path binary = Files.writeString(bin.resolve("docker-registry"), "");
    assertThat(RealRegistry.installed(places, false)).as("not executable").isFalse();
    Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(RealRegistry.installed(places, true)).isTrue();
  }
}
