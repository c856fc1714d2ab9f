package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Foreign messages in our sentences carry no secret, whatever form it has. */
class FaultsTest {
  private static String said(String message) {
    return Faults.describe(new IllegalStateException(message));
  }

  @Test
  void secretsAreHidden_inEveryFormTheyAreSeenIn() {
    for (String message :
        List.of(
            "password=hunter2",
            "password hunter2 rejected",
            "Authorization: Bearer hunter2",
            "Cookie: session=hunter2",
            "Set-Cookie: id=hunter2; Path=/",
            "GET /x?X-Amz-Credential=a&X-Amz-Signature=hunter2 failed",
            "https://b/x?sv=1&sig=hunter2",
            "private_key=hunter2",
            "{\"client_secret\":\"hunter2\"}",
            "https://ann:hunter2@host/x",
            "-----BEGIN RSA PRIVATE KEY----- hunter2",
            "sent eyJhbGciOiJIUzI1NiJ9.hunter2.c2ln to it")) {
      assertThat(said(message)).as(message).doesNotContain("hunter2").contains("***");
    }
  }

  @Test
  void whatIsNoSecretStays() {
    Map<String, String> kept =
        Map.of(
            "connection refused by db:5432", "connection refused by db:5432",
            "token expired", "token expired",
            "no basic support", "no basic support",
            "file /a/b.txt not found", "file /a/b.txt not found");
    kept.forEach((message, rest) -> assertThat(said(message)).endsWith(rest));
  }

  @Test
  void aLongHostileMessage_isCutAndRead() {
    assertThat(said("password" + " ".repeat(100_000) + "=x")).hasSizeLessThan(400);
    assertThat(said("eyJ" + ".".repeat(100_000))).hasSizeLessThan(400);
    assertThat(said("a\nb\u001b[31m")).doesNotContain("\n").doesNotContain("\u001b");
  }
}
