package dev.guard.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster far larger than the heap is read completely, because nothing but image strings is kept.
 */
class SmallHeapTest {
  private static final int PODS = 2_000;
  private static final int PAGE = 500;

  @TempDir Path directory;
  private final StubCluster cluster = new StubCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  /**
   * A realistic pod: 3 containers with 25 environment variables each and managed fields, about 15
   * KB.
   */
  static String pod(int number) {
    StringBuilder containers = new StringBuilder();
    StringBuilder statuses = new StringBuilder();
    for (int c = 0; c < 3; c++) {
      StringBuilder env = new StringBuilder();
      for (int e = 0; e < 25; e++) {
        env.append(e == 0 ? "" : ",")
            .append("{\"name\":\"VARIABLE_NUMBER_")
            .append(e)
            .append("\",\"value\":\"")
            .append("x".repeat(80))
            .append(number)
            .append("\"}");
      }
      String image =
          "registry.example.com/team-" + (number % 50) + "/app-" + c + ":v" + (number % 7);
      containers
          .append(c == 0 ? "" : ",")
          .append("{\"name\":\"c")
          .append(c)
          .append("\",\"image\":\"")
          .append(image)
          .append("\",\"env\":[")
          .append(env)
          .append("],\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"}}}");
      statuses
          .append(c == 0 ? "" : ",")
          .append("{\"name\":\"c")
          .append(c)
          .append("\",\"ready\":true,\"image\":\"")
          .append(image)
          .append("\",\"imageID\":\"")
          .append("registry.example.com/team/app@sha256:")
          .append(String.format("%064x", (number % 50) * 10L + c))
          .append("\",\"state\":{\"running\":{\"startedAt\":\"2026-01-01T00:00:00Z\"}}}");
    }
    return "{\"metadata\":{\"name\":\"pod-"
        + number
        + "\",\"namespace\":\"ns-"
        + number % 40
        + "\",\"managedFields\":[{\"manager\":\"kubelet\",\"fieldsV1\":{\"f:status\":{\"f:conditions\":\""
        + "y".repeat(4400)
        + "\"}}}]},\"spec\":{\"nodeName\":\"n\",\"containers\":["
        + containers
        + "]},\"status\":{\"phase\":\"Running\",\"containerStatuses\":["
        + statuses
        + "]}}";
  }

  @Test
  void twoThousandPodsFitInto64MiB() throws IOException, InterruptedException {
    assertThat(pod(7)).hasSizeBetween(14_000, 16_000);
    cluster.on(
        ListedKind.PODS.path(),
        e -> {
          String query = e.getRequestURI().getRawQuery();
          int from =
              query.contains("continue=")
                  ? Integer.parseInt(query.substring(query.indexOf("continue=") + 9))
                  : 0;
          String[] pods = new String[PAGE];
          for (int i = 0; i < PAGE; i++) {
            pods[i] = pod(from + i);
          }
          String next = from + PAGE < PODS ? String.valueOf(from + PAGE) : "";
          StubCluster.send(e, 200, StubCluster.list(ListedKind.PODS, next, pods));
        });
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(SmallHeapReader.class.getName());
    command.add(cluster.kubeconfig(directory, "big").toString());
    command.add("big");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    // Each of 6,000 containers' names stands at fewer than 20 places, declared and reported; of 150
    // identities 20 are kept.
    assertThat(said).contains("Complete 15000");
    assertThat(cluster.requests).filteredOn(r -> r.contains("/pods")).hasSize(2 * PODS / PAGE);
  }
}
