package dev.guard.testkit.notify;

import dev.guard.notify.Delivery.Proof;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Every way a receiver fails, what is known then, and whether the messages after it are sent. */
enum Mishap {
  BAD_REQUEST(it -> it.status(400), Proof.FAILED, true),
  UNAUTHORIZED(it -> it.status(401), Proof.FAILED, false),
  FORBIDDEN(it -> it.status(403), Proof.FAILED, false),
  NOT_FOUND(it -> it.status(404), Proof.FAILED, false),
  REQUEST_TIMEOUT(it -> it.status(408), Proof.UNKNOWN, true),
  GONE(it -> it.status(410), Proof.FAILED, false),
  TOO_MANY_FOR_AN_HOUR(it -> it.tooManyRequests("3600"), Proof.FAILED, false),
  ERROR(it -> it.status(500), Proof.UNKNOWN, true),
  ERROR_AFTER_TAKING_IT(it -> it.status(500).afterEffect(), Proof.UNKNOWN, true),
  BAD_GATEWAY(it -> it.status(502).afterEffect(), Proof.UNKNOWN, true),
  UNAVAILABLE(it -> it.status(503).header("Retry-After", "1"), Proof.UNKNOWN, true),
  LATE(it -> it.delay(Duration.ofMinutes(1)), Proof.UNKNOWN, true),
  CUT_BEFORE(it -> it.cut(), Proof.UNKNOWN, true),
  CUT_AFTER_TAKING_IT(it -> it.cut().afterEffect(), Proof.UNKNOWN, true),
  TRUNCATED(it -> it.truncate(1), Proof.UNKNOWN, true),
  ENDLESS(
      it -> it.afterEffect().answer(Response.stream(200, "text/plain", Mishap::endless)),
      Proof.UNKNOWN,
      true),
  ELSEWHERE(
      it -> it.answer(Response.of(307).with("Location", "http://127.0.0.1:1/")),
      Proof.FAILED,
      false);

  private final UnaryOperator<Fault> fault;
  private final Proof proof;
  private final boolean goesOn;

  Mishap(UnaryOperator<Fault> fault, Proof proof, boolean goesOn) {
    this.fault = fault;
    this.proof = proof;
    this.goesOn = goesOn;
  }

  private static void endless(OutputStream out) throws IOException {
    byte[] some = "ok ".repeat(1000).getBytes(StandardCharsets.US_ASCII);
    while (true) {
      out.write(some);
    }
  }

  Fault at(int message) {
    return fault.apply(Fault.on("POST", "/services/").nth(message));
  }

  Proof proof() {
    return proof;
  }

  boolean goesOn() {
    return goesOn;
  }
}
