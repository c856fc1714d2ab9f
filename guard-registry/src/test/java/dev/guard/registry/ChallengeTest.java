package dev.guard.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChallengeTest {

  @Test
  void aBearerChallenge_isReadInAnyOrderWithQuotedCommas() {
    assertThat(
            Challenge.parse(
                List.of(
                    "Bearer scope=\"repository:a/b:pull,push\",service=\"reg, istry\" , realm=\"https://t/x?y=\\\"1\\\"\",error=invalid_token")))
        .containsExactly(
            new Challenge(
                "bearer",
                Map.of(
                    "scope", "repository:a/b:pull,push",
                    "service", "reg, istry",
                    "realm", "https://t/x?y=\"1\"",
                    "error", "invalid_token")));
  }

  @Test
  void severalChallengesInOneHeaderAndInSeveral_areAllRead() {
    List<Challenge> challenges =
        Challenge.parse(
            List.of(
                "Negotiate, Basic realm=\"r\", Bearer realm = \"https://t\" ,service=s",
                "NTLM TlRMTVNTUAAB==, Digest qop=\"auth\""));
    assertThat(challenges)
        .extracting(Challenge::scheme)
        .containsExactly("negotiate", "basic", "bearer", "ntlm", "digest");
    assertThat(challenges.get(2).parameter("service")).contains("s");
  }

  @Test
  void whatDoesNotFollowTheGrammar_yieldsNoChallengeAtAll() {
    for (String header :
        List.of(
            "Bearer realm=\"https://t",
            "Bearer realm=\"a\" realm2=\"b\"",
            "Bearer realm=\"a\",realm=\"b\"",
            "=x",
            "Bearer realm=\"a\u0001\"",
            "Bearer x=" + "a".repeat(20_000))) {
      assertThat(Challenge.parse(List.of(header))).as(header).isEmpty();
      assertThat(Challenge.parse(List.of("Basic realm=\"ok\"", header))).as(header).isEmpty();
    }
  }
}
