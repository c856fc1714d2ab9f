package dev.guard.notify;

import org.jspecify.annotations.Nullable;

/**
 * What became of one request.
 *
 * @param status the answer's status, or 0 if there was no whole answer
 * @param body the answer's body
 * @param retryAfter the header of that name, or null
 * @param left whether anything of the request may have reached the receiver
 * @param why why there was no answer; empty if there was
 */
record Reply(int status, String body, @Nullable String retryAfter, boolean left, String why) {
  static Reply none(boolean left, String why) {
    return new Reply(0, "", null, left, why);
  }

  boolean taken() {
    return status >= 200 && status < 300;
  }

  /** A status that says the request was not taken; 408 and 5xx may follow on having taken it. */
  boolean refused() {
    return status >= 300 && status < 500 && status != 408;
  }

  Delivery.Proof proof() {
    if (taken()) {
      return Delivery.Proof.DELIVERED;
    }
    return refused() || (status == 0 && !left) ? Delivery.Proof.FAILED : Delivery.Proof.UNKNOWN;
  }

  /** Never the receiver's words: they may quote the address. */
  String sentence() {
    if (status == 0) {
      return why;
    }
    if (taken()) {
      return "";
    }
    if (status < 400) {
      return "the receiver redirects (" + status + "), which is not followed";
    }
    return refused()
        ? "the receiver refused it (" + status + ")"
        : "the receiver failed (" + status + ") and may have taken it";
  }
}
