package dev.guard.examples.config;

import dev.guard.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What people wrote into a file or onto a ConfigMap: objections and approvals. Hostile until
 * checked; what is not understood is an error, because it may be somebody's no.
 *
 * @param objections who says no to which image
 * @param approvals who says yes to which plan
 */
public record Voices(List<No> objections, List<Yes> approvals) {
  /** How every annotation of ours begins. */
  public static final String PREFIX = "guard.dev/";

  private static final String OBJECTION = PREFIX + "object.";
  private static final String APPROVAL = PREFIX + "approve.";
  private static final int MOST = 200;
  private static final int LONGEST = 1000;

  /** Copies, and counts. */
  public Voices {
    objections = List.copyOf(objections);
    approvals = List.copyOf(approvals);
  }

  /**
   * An objection.
   *
   * @param where where it stands, for people
   * @param image the image, by digest
   * @param who who objects
   * @param why why
   * @param until when it ends, or null
   */
  public record No(String where, String image, String who, String why, @Nullable Instant until) {}

  /**
   * An approval.
   *
   * @param where where it stands, for people
   * @param plan the plan's digest
   * @param who who approves
   * @param why why
   */
  public record Yes(String where, Digest plan, String who, String why) {}

  /**
   * Reads a file.
   *
   * @param file the file
   * @return what stands there
   * @throws ConfigException if it cannot be read, or anything in it is not understood
   */
  public static Voices ofFile(Path file) {
    String shown = String.valueOf(file.getFileName());
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(Yaml.MAX_BYTES + 1);
    } catch (IOException e) {
      throw new ConfigException(
          "The file "
              + file
              + ", in which people object and approve, cannot be read. Bring it back, or take 'people.file' out of the configuration.");
    }
    Section root = Section.root(shown, Yaml.read(bytes, shown)).only("objections", "approvals");
    List<No> objections = new ArrayList<>();
    root.sections("objections").forEach(one -> objections.add(no(shown, one)));
    List<Yes> approvals = new ArrayList<>();
    root.sections("approvals").forEach(one -> approvals.add(yes(shown, one)));
    return bounded(shown, new Voices(objections, approvals));
  }

  /**
   * Reads annotations. Those of others are left alone; one that begins like ours and is none is an
   * error.
   *
   * @param where what carries them, for people
   * @param annotations by their keys
   * @return what stands there
   * @throws ConfigException if any of ours is not understood
   */
  public static Voices ofAnnotations(String where, Map<String, String> annotations) {
    List<No> objections = new ArrayList<>();
    List<Yes> approvals = new ArrayList<>();
    annotations.forEach(
        (key, value) -> {
          if (!key.startsWith(PREFIX)) {
            return;
          }
          String shown = where + " " + Yaml.shown(key);
          boolean objection = key.startsWith(OBJECTION);
          if (!objection && !key.startsWith(APPROVAL)) {
            throw new ConfigException(
                "The annotation "
                    + shown
                    + " is none that guard knows; they are "
                    + OBJECTION
                    + "NAME and "
                    + APPROVAL
                    + "NAME.");
          }
          Section said =
              Section.root(shown, Yaml.read(value.getBytes(StandardCharsets.UTF_8), shown));
          if (objection) {
            objections.add(no(where, said));
          } else {
            approvals.add(yes(where, said));
          }
        });
    return bounded(where, new Voices(objections, approvals));
  }

  /**
   * Both together.
   *
   * @param other more
   * @return all of it
   */
  public Voices and(Voices other) {
    List<No> objections = new ArrayList<>(this.objections);
    objections.addAll(other.objections);
    List<Yes> approvals = new ArrayList<>(this.approvals);
    approvals.addAll(other.approvals);
    return new Voices(objections, approvals);
  }

  private static Voices bounded(String where, Voices all) {
    if (all.objections.size() + all.approvals.size() > MOST) {
      throw new ConfigException(
          where
              + " holds more than "
              + MOST
              + " objections and approvals. Take out what is over; protect what must stay for good.");
    }
    return all;
  }

  private static No no(String where, Section section) {
    section.only("image", "who", "why", "until");
    return new No(
        where,
        section.text("image"),
        line(section, "who"),
        line(section, "why"),
        section.has("until") ? section.instant("until") : null);
  }

  private static Yes yes(String where, Section section) {
    section.only("plan", "who", "why");
    Digest plan =
        section
            .parsed("plan", Digest::new, "must be a plan's digest, sha256: and 64 digits")
            .orElseThrow(() -> section.missing("plan"));
    return new Yes(where, plan, line(section, "who"), line(section, "why"));
  }

  private static String line(Section section, String key) {
    String text = section.text(key);
    if (text.length() > LONGEST || text.chars().anyMatch(Character::isISOControl)) {
      throw section.faultAt(key, "has at most 1000 characters and no control characters");
    }
    return text;
  }
}
