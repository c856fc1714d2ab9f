package dev.guard.k8s;

import java.io.IOException;
import java.time.Duration;

/** Raw reading of an API server: the one seam to the client library. It can do nothing but GET. */
interface ClusterReader extends AutoCloseable {
  /**
   * Sends one GET, without retries and without following redirects.
   *
   * @param pathAndQuery begins with a slash
   * @param toHeaders how long the answer's beginning may take
   * @param idle how long the body may stand still
   * @return the answer, whatever its status
   * @throws IOException if no answer came
   */
  Answer get(String pathAndQuery, Duration toHeaders, Duration idle)
      throws IOException, InterruptedException;

  @Override
  void close();
}
