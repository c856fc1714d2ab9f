package dev.guard.dryrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DryRunTest {
  private static final Intent INTENT =
      Intent.of("thing.delete", Target.of("thing", "here", "a")).because("a test");

  @TempDir Path dir;

  @Test
  void law01_withoutAWordItIsADryRun_andItsReasonIsPending() {
    Verdict verdict = DryRun.unless(false).review(INTENT);
    assertThat(verdict.level()).isEqualTo(Verdict.Level.SIMULATE);
    assertThat(verdict.wouldGo()).isTrue();
    assertThat(verdict.reasons()).singleElement().extracting(Reason::code).isEqualTo("dry-run");
    assertThat(DryRun.on().isOn()).isTrue();
  }

  @Test
  void toldToExecute_itAllows() {
    DryRun off = DryRun.unless(true, name -> null);
    assertThat(off.isOn()).isFalse();
    assertThat(off.review(INTENT)).isSameAs(Verdict.allow());
  }

  @ParameterizedTest
  @CsvSource({
    "true,true",
    "1,true",
    "yes,true",
    "'',true",
    "'  ',true",
    "garbage,true",
    "TRUE,true",
    "false,false",
    "FALSE,false",
    "no,false",
    "off,false",
    "0,false",
    "' false ',false"
  })
  void t09_theEnvironment_canOnlyMakeItStricter(String value, boolean on) {
    DryRun.Environment environment = name -> name.equals(DryRun.VARIABLE) ? value : null;
    assertThat(DryRun.unless(true, environment).isOn()).isEqualTo(on);
    assertThat(DryRun.unless(false, environment).isOn()).isTrue();
  }

  @Test
  void aFile_canOnlyMakeItStricter() throws IOException {
    DryRun off = DryRun.unless(true, name -> null);
    Path file = dir.resolve("DRY");
    assertThat(off.orIf(file).isOn()).isFalse();
    assertThat(DryRun.on().orIf(file).isOn()).isTrue();
    Files.createFile(file);
    assertThat(off.orIf(file).isOn()).isTrue();
    assertThat(off.orIf(file.resolve("beneath-a-file")).isOn()).isTrue();
    Files.createSymbolicLink(dir.resolve("dangling"), dir.resolve("nowhere"));
    assertThat(off.orIf(dir.resolve("dangling")).isOn()).isTrue();
  }

  @Test
  void itProvesItself() {
    assertThat(DryRun.off().tripwires()).isNotEmpty().allMatch(wire -> wire.check().getAsBoolean());
  }
}
