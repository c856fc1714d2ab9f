package dev.guard.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.Digest;
import dev.guard.PlanRejectedException;
import dev.guard.Population;
import dev.guard.Verdict;
import dev.guard.internal.Cause;
import dev.guard.internal.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An immutable, digest-identified list of planned targets with verdicts and fingerprints: what
 * people review, and what {@code apply} is bounded by. It lives until it expires; {@code apply}
 * only ever shrinks it.
 *
 * <p>Written as {@code {"schema":"guard.plan/1","digest":"sha256:…","plan":{…}}}, the digest being
 * over the RFC 8785 bytes of {@code plan}. The digest finds accidents; it does not stop a forger,
 * who can compute it too. Thread-safe.
 *
 * <pre>{@code
 * plan.write(Path.of("plan.json"));
 * Plan same = Plan.read(Path.of("plan.json"));
 * }</pre>
 */
public final class Plan {
  /** The largest plan file that is read, in bytes. */
  public static final long MAX_BYTES = 256L * 1024 * 1024;

  private final Header header;
  private final List<PlanItem> items;
  private final Verdict verdict;
  private final byte[] canonical;
  private final Digest digest;

  private Plan(Header header, List<PlanItem> items, Verdict verdict) {
    this.header = header;
    this.items = List.copyOf(items);
    this.verdict = verdict;
    this.canonical = Json.canonical(PlanJson.write(header, this.items, verdict));
    this.digest = Digest.of(canonical);
  }

  /**
   * What stands above the items. Immutable and thread-safe.
   *
   * @param guard the guard that made the plan, the only one that may apply it
   * @param action the action's name
   * @param because why the candidates were chosen
   * @param planner who made it
   * @param made when it was made
   * @param expires when it may no longer be applied
   * @param protection the digest of everything that protects
   * @param population what the targets are a part of, or null if nobody said
   * @param unread what could not be read and is in neither candidates nor population
   * @param facts what else reviewers should know
   */
  public record Header(
      String guard,
      String action,
      String because,
      String planner,
      Instant made,
      Instant expires,
      Digest protection,
      @Nullable Population population,
      List<String> unread,
      Map<String, String> facts) {
    /** Copies. */
    public Header {
      unread = List.copyOf(unread);
      facts = Collections.unmodifiableMap(new TreeMap<>(facts));
    }
  }

  /**
   * A plan. Made by {@code Guard.plan}.
   *
   * @param header what stands above the items
   * @param items the planned targets in order
   * @param verdict what the safeguards said of the plan as a whole
   * @return the plan with its digest
   */
  public static Plan of(Header header, List<PlanItem> items, Verdict verdict) {
    return new Plan(header, items, verdict);
  }

  /**
   * Reads a plan.
   *
   * @param bytes the file's content
   * @return the plan
   * @throws PlanRejectedException if it is not a plan, or was altered; the message quotes none of
   *     it
   */
  public static Plan parse(byte[] bytes) {
    JsonNode document;
    try {
      document = Json.read(bytes);
    } catch (IOException e) {
      throw new PlanRejectedException("This is no plan: " + e.getMessage() + ". Make a new plan.");
    }
    return PlanJson.read(document);
  }

  /**
   * Reads a plan file.
   *
   * @param file the file
   * @return the plan
   * @throws PlanRejectedException if it cannot be read, is not a plan, or was altered
   */
  public static Plan read(Path file) {
    byte[] bytes;
    try {
      if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
        throw new PlanRejectedException("The plan " + file + " is no file. Check the path.");
      }
      try (InputStream in = Files.newInputStream(file)) {
        bytes = in.readNBytes((int) MAX_BYTES + 1); // a file may grow while it is read
      }
      if (bytes.length > MAX_BYTES) {
        throw new PlanRejectedException(
            "The plan "
                + file
                + " has more than the "
                + MAX_BYTES
                + " bytes that are read. Make a new plan.");
      }
    } catch (IOException e) {
      throw new PlanRejectedException(
          "The plan " + file + " cannot be read (" + Cause.of(e) + "). Check the path.", e);
    }
    return parse(bytes);
  }

  /**
   * Writes the plan file, replacing what stood there.
   *
   * @param file the file
   * @throws IOException if it cannot be written
   */
  public void write(Path file) throws IOException {
    Files.write(file, (toJson() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The plan file's content.
   *
   * @return JSON
   */
  public String toJson() {
    return "{\"schema\":\""
        + PlanJson.SCHEMA
        + "\",\"digest\":\""
        + digest
        + "\",\"plan\":"
        + new String(canonical, StandardCharsets.UTF_8)
        + "}";
  }

  /**
   * The plan's identity: the SHA-256 of its canonical bytes.
   *
   * @return the digest
   */
  public Digest digest() {
    return digest;
  }

  /**
   * What stands above the items.
   *
   * @return the header
   */
  public Header header() {
    return header;
  }

  /**
   * Every planned target, also those that stay.
   *
   * @return the items in order
   */
  public List<PlanItem> items() {
    return items;
  }

  /**
   * What the safeguards said of the plan as a whole, for example that it is over a limit.
   *
   * @return the verdict
   */
  public Verdict verdict() {
    return verdict;
  }

  /**
   * The items that would go: every reason against them is pending.
   *
   * @return in order
   */
  public List<PlanItem> wouldGo() {
    List<PlanItem> going = new ArrayList<>();
    for (PlanItem item : items) {
      if (item.wouldGo()) {
        going.add(item);
      }
    }
    return going;
  }

  /**
   * What the targets are a part of.
   *
   * @return the population, or empty if nobody said
   */
  public Optional<Population> population() {
    return Optional.ofNullable(header.population());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Plan that && digest.equals(that.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return "Plan "
        + digest
        + " of guard '"
        + header.guard()
        + "': "
        + wouldGo().size()
        + " of "
        + items.size()
        + " would go";
  }
}
