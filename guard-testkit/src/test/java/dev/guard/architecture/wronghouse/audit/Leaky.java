package dev.guard.architecture.wronghouse.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;

/** Shows types of its dependencies: plainly, deep in a type argument, and as a protected field. */
public class Leaky {
  protected Logger log;

  public JsonNode json() {
    return null;
  }

  public Map<String, List<? extends com.fasterxml.jackson.core.JsonFactory>> deep() {
    return Map.of();
  }
}
