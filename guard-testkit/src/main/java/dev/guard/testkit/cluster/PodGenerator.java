package dev.guard.testkit.cluster;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.LongFunction;

/** Synthetic pods of a realistic size, made when they are read and never held. */
final class PodGenerator {
  /** The size of one pod in JSON: three containers, 25 environment variables each. */
  static final int BYTES = 14_800;

  private final long count;
  private final LongFunction<String> image;

  PodGenerator(long count, LongFunction<String> image) {
    this.count = count;
    this.image = image;
  }

  long count() {
    return count;
  }

  String namespace(long index) {
    return "load-" + index % 50;
  }

  String name(long index) {
    return String.format(Locale.ROOT, "load-%08d", index);
  }

  byte[] pod(long index, long resourceVersion) {
    String reference = image.apply(index);
    StringBuilder pod = new StringBuilder(BYTES);
    pod.append("{\"metadata\":{\"name\":\"").append(name(index));
    pod.append("\",\"namespace\":\"").append(namespace(index));
    pod.append("\",\"uid\":\"")
        .append(String.format(Locale.ROOT, "00000000-0000-4000-8000-%012d", index));
    pod.append("\",\"resourceVersion\":\"").append(resourceVersion);
    pod.append("\",\"labels\":{\"app\":\"load\"},\"annotations\":{\"padding\":\"");
    StringBuilder rest = new StringBuilder(BYTES);
    rest.append("\"}},\"spec\":{\"nodeName\":\"node-").append(index % 500);
    rest.append("\",\"containers\":[");
    for (int c = 0; c < 3; c++) {
      rest.append(c == 0 ? "" : ",").append("{\"name\":\"c").append(c);
      rest.append("\",\"image\":\"").append(reference);
      rest.append("\",\"imagePullPolicy\":\"IfNotPresent\",\"env\":[");
      for (int e = 0; e < 25; e++) {
        rest.append(e == 0 ? "" : ",").append("{\"name\":\"SETTING_NUMBER_").append(e);
        rest.append("\",\"value\":\"a value of a usual length for setting ").append(e);
        rest.append(" of container ").append(c).append("\"}");
      }
      rest.append("],\"resources\":{\"requests\":{\"cpu\":\"100m\",\"memory\":\"128Mi\"}}}");
    }
    rest.append("]},\"status\":{\"phase\":\"Running\",\"containerStatuses\":[");
    int slash = reference.lastIndexOf('/');
    int colon = reference.indexOf(':', Math.max(0, slash));
    String repository = colon < 0 ? reference : reference.substring(0, colon);
    String hex = String.format(Locale.ROOT, "%016x", reference.hashCode() * 0x9E3779B97F4A7C15L);
    for (int c = 0; c < 3; c++) {
      rest.append(c == 0 ? "" : ",").append("{\"name\":\"c").append(c);
      rest.append("\",\"image\":\"").append(reference).append("\",\"imageID\":\"");
      rest.append(repository).append("@sha256:").append(hex.repeat(4)).append("\"}");
    }
    rest.append("]}}");
    for (int left = BYTES - pod.length() - rest.length(); left > 0; left--) {
      pod.append('x');
    }
    return pod.append(rest).toString().getBytes(StandardCharsets.UTF_8);
  }
}
