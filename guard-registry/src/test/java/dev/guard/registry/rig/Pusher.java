package dev.guard.registry.rig;

import dev.guard.registry.reference.ContentDigest;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.IndexSpec;
import dev.guard.testkit.registry.Publisher;
import dev.guard.testkit.registry.Pushed;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** Pushes images and speaks of them by digest, as the tests do. An empty tag pushes by digest. */
public final class Pusher {
  private final Publisher publisher;
  private final Map<String, Pushed> pushed = new ConcurrentHashMap<>();

  public Pusher(Publisher publisher) {
    this.publisher = publisher;
  }

  public ContentDigest image(String repository, String tag, ImageSpec image) {
    return known(
        tag.isEmpty() ? publisher.push(repository, image) : publisher.push(repository, tag, image));
  }

  public ContentDigest index(String repository, String tag, List<ContentDigest> children) {
    return index(repository, tag, IndexSpec.oci(), children);
  }

  public ContentDigest dockerList(String repository, String tag, List<ContentDigest> children) {
    return index(repository, tag, IndexSpec.dockerList(), children);
  }

  private ContentDigest index(
      String repository, String tag, IndexSpec empty, List<ContentDigest> children) {
    String[] platforms = {"linux/amd64", "linux/arm64", "unknown/unknown"};
    IndexSpec index = empty;
    for (int i = 0; i < children.size(); i++) {
      index = index.add(find(repository, children.get(i)), platforms[i % 3]);
    }
    return known(
        tag.isEmpty() ? publisher.push(repository, index) : publisher.push(repository, tag, index));
  }

  /** Pushes what refers to a manifest, findable as the registry allows. */
  public ContentDigest referrer(String repository, ContentDigest subject, String content) {
    return known(publisher.referrer(find(repository, subject), "example/signature", content));
  }

  /** Pushes a signature under cosign's tag. */
  public ContentDigest cosign(String repository, ContentDigest subject) {
    return known(publisher.cosign(find(repository, subject), "sig"));
  }

  public String config(String repository, ContentDigest image) {
    return find(repository, image).config();
  }

  private ContentDigest known(Pushed one) {
    pushed.put(one.repository() + "@" + one.digest(), one);
    return new ContentDigest(one.digest());
  }

  private Pushed find(String repository, ContentDigest digest) {
    return Objects.requireNonNull(pushed.get(repository + "@" + digest), "not pushed here");
  }
}
