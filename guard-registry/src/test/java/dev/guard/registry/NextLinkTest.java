package dev.guard.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class NextLinkTest {
  private static final URI PAGE = URI.create("https://r.io/v2/_catalog?n=2");

  @Test
  void aRelativeEncodedLink_isResolvedAgainstThePage() throws NextLink.BadLink {
    assertThat(NextLink.of(PAGE, List.of("</v2/_catalog?last=many%2Fr081&n=100>; rel=\"next\"")))
        .contains(URI.create("https://r.io/v2/_catalog?last=many%2Fr081&n=100"));
  }

  @Test
  void onlyTheRelationNextCounts_amongSeveralLinksAndParameters() throws NextLink.BadLink {
    assertThat(
            NextLink.of(
                PAGE,
                List.of(
                    "</prev,x>; rel=prev; title=\"a;b, rel=next\", </n>; title=x; REL=\"last Next\"")))
        .contains(URI.create("https://r.io/n"));
    assertThat(NextLink.of(PAGE, List.of("</prev>; rel=\"prev\""))).isEmpty();
    assertThat(NextLink.of(PAGE, List.of())).isEmpty();
  }

  @Test
  void anotherServerPortOrProtocol_andMalformedLinks_areFaults() {
    for (String link :
        List.of(
            "<https://evil.io/v2/_catalog>; rel=next",
            "<http://r.io/v2/_catalog>; rel=next",
            "<https://r.io:444/v2/_catalog>; rel=next",
            "<//evil.io/x>; rel=next",
            "<https://user@r.io/x>; rel=next",
            "<https://r.io/ bad>; rel=next",
            "</x; rel=next",
            "x; rel=next",
            "</x>; title=\"open; rel=next",
            "</a>; rel=next, x")) {
      assertThatThrownBy(() -> NextLink.of(PAGE, List.of(link, "</b>; rel=next")))
          .as(link)
          .isInstanceOf(NextLink.BadLink.class);
    }
  }

  @Test
  void theDefaultPort_isTheSameOrigin() throws NextLink.BadLink {
    assertThat(NextLink.of(PAGE, List.of("<https://R.io:443/n>; rel=next")))
        .contains(URI.create("https://R.io:443/n"));
  }
}
