package dev.guard.k8s;

/** The answer is not one whole page of the list that was asked for; the message says why. */
final class OddAnswer extends Exception {
  private static final long serialVersionUID = 1L;

  OddAnswer(String why) {
    super(why);
  }
}
