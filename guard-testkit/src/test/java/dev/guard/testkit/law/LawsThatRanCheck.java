package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Runs after all other tests, in an execution of the test plugin of its own, and compares the laws
 * that really ran in this build with all there are.
 */
class LawsThatRanCheck {
  @Test
  void everyLaw_ranAndHeld() throws Exception {
    assumeFalse(
        LawsThatRanListener.narrowed(),
        "only some tests were asked for, so there is nothing to compare");
    List<String> expected = new ArrayList<>();
    expected.add("build " + LawsThatRanListener.build());
    for (Law law : Law.values()) {
      expected.add("law " + law.number());
    }
    assertThat(LawsThatRanListener.FILE)
        .as("the tests of this build wrote no list of laws")
        .exists();
    assertThat(Files.readAllLines(LawsThatRanListener.FILE))
        .as("the laws that ran in this build")
        .containsExactlyElementsOf(expected);
    assertThat(LawsThatRanListener.build()).isNotBlank();
  }
}
