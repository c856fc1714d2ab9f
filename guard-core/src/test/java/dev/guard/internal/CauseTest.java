package dev.guard.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CauseTest {
  static Stream<Arguments> common() {
    return Stream.of(
        Arguments.of(new NoSuchFileException("/a"), "it does not exist"),
        Arguments.of(new AccessDeniedException("/a"), "access is denied"),
        Arguments.of(new FileSystemException("/a", null, "No space left on device"), "No space"),
        Arguments.of(new IOException("No space left on device"), "No space left on device"),
        Arguments.of(new UnknownHostException("r"), "cannot be resolved"),
        Arguments.of(new ConnectException(), "connection was refused"),
        Arguments.of(new HttpConnectTimeoutException("x"), "no answer in time"),
        Arguments.of(new SSLHandshakeException("PKIX"), "TLS"),
        Arguments.of(new UncheckedIOException(new NoSuchFileException("/a")), "does not exist"));
  }

  @ParameterizedTest
  @MethodSource("common")
  void whatIsCommon_isSaidInPlainWords(Throwable fault, String words) {
    assertThat(Cause.of(fault)).contains(words).doesNotContain("Exception");
  }

  @Test
  void whatIsNot_isSaidByItsTypeAlone_andNeverByItsMessage() {
    assertThat(Cause.of(new IllegalStateException("password=x")))
        .isEqualTo("IllegalStateException");
    assertThat(Cause.of(new IOException("password=x"))).isEqualTo("IOException");
  }

  @Test
  void causesThatNeverEnd_areNotFollowed() {
    IllegalStateException one = new IllegalStateException();
    one.initCause(new IllegalArgumentException(one));
    assertThat(Cause.of(one)).isEqualTo("IllegalStateException");
  }
}
