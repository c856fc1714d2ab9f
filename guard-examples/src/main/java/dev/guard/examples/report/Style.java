package dev.guard.examples.report;

/** Colour, if the terminal wants any. */
public final class Style {
  private final boolean on;

  /**
   * A style.
   *
   * @param on whether colours are written
   */
  public Style(boolean on) {
    this.on = on;
  }

  /**
   * Important.
   *
   * @param text any text
   * @return bold
   */
  public String bold(String text) {
    return paint("1", text);
  }

  /**
   * Beside the point.
   *
   * @param text any text
   * @return dim
   */
  public String dim(String text) {
    return paint("2", text);
  }

  /**
   * Good.
   *
   * @param text any text
   * @return green
   */
  public String good(String text) {
    return paint("32", text);
  }

  /**
   * Bad.
   *
   * @param text any text
   * @return red and bold
   */
  public String bad(String text) {
    return paint("1;31", text);
  }

  /**
   * Worth a look.
   *
   * @param text any text
   * @return yellow
   */
  public String warn(String text) {
    return paint("33", text);
  }

  /**
   * Something to type.
   *
   * @param text any text
   * @return cyan
   */
  public String command(String text) {
    return paint("36", text);
  }

  /**
   * Whether colours are written.
   *
   * @return true on a terminal that wants them
   */
  public boolean isOn() {
    return on;
  }

  private String paint(String code, String text) {
    return on && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
