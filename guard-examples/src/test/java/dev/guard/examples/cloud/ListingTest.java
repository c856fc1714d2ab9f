package dev.guard.examples.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.examples.cloud.CloudApi.Page;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListingTest {
  private static Listing<String> of(Map<String, Page<String>> pages) {
    return Listing.of(
        "things",
        from -> {
          Page<String> page = pages.get(from);
          if (page == null) {
            throw new IOException("503");
          }
          return page;
        },
        it -> it);
  }

  @Test
  void everyPageIsRead_inOrder() {
    Listing<String> listing =
        of(
            Map.of(
                "", new Page<>(List.of("a", "b"), "2", 3),
                "2", new Page<>(List.of("c"), "", 3)));
    assertThat(listing.items()).containsExactly("a", "b", "c");
    assertThat(listing.gaps()).isEmpty();
  }

  @Test
  void aPageThatFails_isAGap_andWhatWasFoundStays() {
    Listing<String> listing = of(Map.of("", new Page<>(List.of("a", "b"), "2", 3)));
    assertThat(listing.items()).containsExactly("a", "b");
    assertThat(listing.gaps()).containsExactly("things: page 2 cannot be read (503)");
  }

  @Test
  void anEndBeforeTheCloudsOwnCount_isAGap() {
    assertThat(of(Map.of("", new Page<>(List.of("a"), "", 3))).gaps())
        .containsExactly("things: the pages held 1 of 3");
    assertThat(of(Map.of("", new Page<>(List.<String>of(), "", 1))).gaps()).hasSize(1);
  }

  @Test
  void moreThanTheCloudsOwnCount_isAGap() {
    assertThat(of(Map.of("", new Page<>(List.of("a", "b"), "", 1))).gaps()).hasSize(1);
  }

  @Test
  void aCircle_isAGap() {
    Listing<String> listing =
        of(
            Map.of(
                "", new Page<>(List.of("a"), "2", 3), "2", new Page<>(List.<String>of(), "2", 3)));
    assertThat(listing.gaps()).containsExactly("things: page 3 leads back to an earlier one");
  }

  @Test
  void whatIsListedTwice_isAGap_becauseThePagesMovedMeanwhile() {
    Listing<String> listing =
        of(
            Map.of(
                "", new Page<>(List.of("a", "b"), "2", 3),
                "2", new Page<>(List.of("b"), "", 3)));
    assertThat(listing.gaps()).hasSize(1);
    assertThat(listing.items()).containsExactly("a", "b");
  }

  @Test
  void nothingAtAll_isComplete() {
    assertThat(of(Map.of("", new Page<>(List.<String>of(), "", 0))).gaps()).isEmpty();
  }
}
