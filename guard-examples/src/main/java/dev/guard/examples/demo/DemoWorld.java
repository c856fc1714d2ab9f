package dev.guard.examples.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The made-up shop: images, each a single manifest with one tag, and what uses them. The same seed,
 * sizes and instant give the same world, down to the digests. Immutable.
 *
 * @param images all images
 * @param now the night it plays in
 */
record DemoWorld(List<Image> images, Instant now) {
  static final int LEAST_IMAGES = 20;
  static final int MOST_IMAGES = 300;

  /** The age below which policy keeps an image. */
  static final Duration AT_LEAST = Duration.ofDays(30);

  /** The tags that policy protects. */
  static final String PROTECTED = "production-*";

  private static final List<String> TEAMS = List.of("shop", "pay", "search", "mail", "data");
  private static final List<String> SERVICES =
      List.of(
          "web", "cart", "stock", "prices", "ledger", "index", "report", "mailer", "import",
          "gateway");

  /** How an image is used. */
  enum Use {
    /** The API of the story: a Deployment at zero replicas, for maintenance. */
    MAINTENANCE,
    /** A Deployment whose pods run from the nodes' caches. */
    RUNNING,
    /** A Deployment at zero replicas. */
    SCALED_TO_ZERO,
    /** A suspended CronJob. */
    SUSPENDED,
    /** A ReplicaSet kept for rollback. */
    ROLLBACK,
    /** Nothing uses it, but it is young. */
    YOUNG,
    /** Nothing uses it, but its tag is protected. */
    PROTECTED,
    /** Nothing needs it. */
    FREE;

    boolean inUse() {
      return compareTo(ROLLBACK) <= 0;
    }
  }

  /**
   * One image.
   *
   * @param repository its repository
   * @param tag its only tag
   * @param created the stamp in its config
   * @param use how it is used
   * @param workload the name of what uses it
   */
  record Image(String repository, String tag, Instant created, Use use, String workload) {
    String name() {
      return repository + ":" + tag;
    }

    String namespace() {
      return repository.substring(0, repository.indexOf('/'));
    }
  }

  DemoWorld {
    images = List.copyOf(images);
  }

  static DemoWorld of(long seed, int images, int inUse, Instant now) {
    int young = images / 10;
    int guarded = Math.max(1, images / 20);
    int free = images - inUse - young - guarded;
    if (images < LEAST_IMAGES || images > MOST_IMAGES) {
      throw new IllegalArgumentException(
          "--images is "
              + images
              + ", but must be from "
              + LEAST_IMAGES
              + " to "
              + MOST_IMAGES
              + ".");
    }
    if (inUse < 1) {
      throw new IllegalArgumentException(
          "--in-use is " + inUse + ", but the story needs at least 1: the shop's API.");
    }
    if (free * 5 < images) {
      throw new IllegalArgumentException(
          "--in-use "
              + inUse
              + " leaves "
              + Math.max(0, free)
              + " of "
              + images
              + " images free to go ("
              + young
              + " are young, "
              + guarded
              + " protected), but the story needs at least a fifth. Take at most "
              + Math.max(1, images - young - guarded - (images + 4) / 5)
              + ".");
    }
    Random random = new Random(seed); // made-up data, the same for the same seed
    List<Image> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    all.add(new Image("shop/api", "2.7.1", ago(now, 96), Use.MAINTENANCE, "api"));
    names.add("shop/api:2.7.1");
    List<Use> uses = List.of(Use.RUNNING, Use.SCALED_TO_ZERO, Use.SUSPENDED, Use.ROLLBACK);
    for (int i = 1; i < inUse; i++) {
      all.add(image(random, names, now, uses.get(i % uses.size()), 40 + random.nextInt(300), i));
    }
    for (int i = 0; i < young; i++) {
      all.add(image(random, names, now, Use.YOUNG, 1 + random.nextInt(28), i));
    }
    for (int i = 0; i < guarded; i++) {
      all.add(image(random, names, now, Use.PROTECTED, 40 + random.nextInt(300), i));
    }
    for (int i = 0; i < free; i++) {
      all.add(image(random, names, now, Use.FREE, 40 + random.nextInt(700), i));
    }
    return new DemoWorld(all, now);
  }

  private static Image image(
      Random random, Set<String> names, Instant now, Use use, int days, int number) {
    while (true) {
      String service = SERVICES.get(random.nextInt(SERVICES.size()));
      String repository = TEAMS.get(random.nextInt(TEAMS.size())) + "/" + service;
      String version = random.nextInt(9) + "." + random.nextInt(30) + "." + random.nextInt(100);
      String tag = use == Use.PROTECTED ? "production-" + version : version;
      if (names.add(repository + ":" + tag)) {
        return new Image(repository, tag, ago(now, days), use, service + "-" + number);
      }
    }
  }

  private static Instant ago(Instant now, int days) {
    return now.minus(Duration.ofDays(days));
  }

  Image api() {
    return images.get(0);
  }

  long free() {
    return images.stream().filter(image -> image.use() == Use.FREE).count();
  }

  long inUse() {
    return images.stream().filter(image -> image.use().inUse()).count();
  }
}
