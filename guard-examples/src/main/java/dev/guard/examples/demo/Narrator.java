package dev.guard.examples.demo;

import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import java.io.PrintStream;

/** Tells the story on a terminal, or keeps silent. */
public final class Narrator {
  private static final int WIDTH = 30;

  private final PrintStream out;
  private final Style style;
  private int scene;

  /**
   * A narrator.
   *
   * @param out where it tells
   * @param style how
   */
  public Narrator(PrintStream out, Style style) {
    this.out = out;
    this.style = style;
  }

  void opening(DemoWorld world) {
    out.println(style.bold("A shop, its registry and its cluster, made up and on loopback only"));
    out.println(
        "  "
            + world.images().size()
            + " images. "
            + world.inUse()
            + " are declared in cluster prod, "
            + count(world, DemoWorld.Use.YOUNG)
            + " are young, "
            + count(world, DemoWorld.Use.PROTECTED)
            + " carry a protected tag, "
            + world.free()
            + " nobody needs.");
    out.println(
        "  "
            + world.api().name()
            + " is the shop's API. Deployment shop/api is at 0 replicas for maintenance: no pod runs it.");
  }

  private static long count(DemoWorld world, DemoWorld.Use use) {
    return world.images().stream().filter(image -> image.use() == use).count();
  }

  void scene(String title) {
    out.println();
    scene++;
    out.println(style.bold(scene + "  " + title));
  }

  void line(String text) {
    out.println("   " + Text.clean(text));
  }

  void fact(String text) {
    out.println("   " + style.bold("→ ") + Text.clean(text));
  }

  void good(String text) {
    out.println("   " + style.good("✓ ") + Text.clean(text));
  }

  void bad(String text) {
    out.println("   " + style.bad("✗ ") + Text.clean(text));
  }

  void kept(String image, String why) {
    String name = Text.clean(image);
    out.println(
        "     "
            + name
            + " ".repeat(Math.max(1, WIDTH - name.length()))
            + style.dim(Text.clean(why)));
  }

  void closing(DemoResult result) {
    out.println();
    out.println(
        result.asTold()
            ? style.good("Done.")
                + " One night, one outage less: evidence kept the API, the limit and the switch bounded the rest."
            : style.bad("Not as the story says.") + " Something above went wrong.");
    out.println(
        "Your own registry: write a guard.yaml, then "
            + style.command("guard images plan -o plan.json --html report.html"));
  }
}
