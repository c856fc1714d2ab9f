package dev.guard.k8s;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.guard.evidence.Reference.Form;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the objects of a list, one after the other, for the images they name. */
final class ListedObject {
  /** Takes what was found. */
  interface Sink {
    /**
     * One object was read.
     *
     * @param object for example {@code Deployment/shop/api}
     * @param note for example {@code replicas 0}
     * @param found valid during the call only
     */
    void object(String object, String note, List<Found> found);

    /** Something in the list cannot be understood, so the list is not complete. */
    void problem(String sentence);
  }

  private static final int MAX_VALUE = 4096;
  private static final int MAX_FOUND = 20_000;
  private static final String REVISION = "deployment.kubernetes.io/revision";
  private static final Set<String> CONTAINERS =
      Set.of("containers", "initContainers", "ephemeralContainers");
  private static final Set<String> STATUSES =
      Set.of("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses");

  private final JsonParser json;
  private final ListedKind kind;
  private final Sink sink;
  private final List<String> way;

  // The object being read; one instance serves a whole page.
  private final List<Found> found = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private String name = "";
  private String namespace = "";
  private String phase = "";
  private String replicas = "";
  private String revision = "";
  private boolean terminating;
  private boolean suspended;
  private boolean paused;
  private boolean sawPodSpec;

  ListedObject(JsonParser json, ListedKind kind, Sink sink) {
    this.json = json;
    this.kind = kind;
    this.sink = sink;
    this.way = kind.podSpec();
  }

  /**
   * Reads the object that begins at the current token, to its end, and hands it over.
   *
   * @param position its place in the list
   * @throws OddAnswer if it cannot be told which object it is
   */
  void read(int position) throws IOException, OddAnswer {
    forget();
    int seen = 0;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      int bit =
          switch (field) {
            case "kind" -> 1;
            case "apiVersion" -> 2;
            case "metadata" -> 4;
            case "spec" -> 8;
            case "status" -> 16;
            case "template" -> 32;
            case "data" -> 64;
            case "revision" -> 128;
            default -> 0;
          };
      if ((seen & bit) != 0) {
        problems.add("says " + field + " twice");
      }
      seen |= bit;
      member(bit, field, token);
    }
    if (json.currentToken() != JsonToken.END_OBJECT) {
      throw new OddAnswer("the answer breaks off in the middle");
    }
    if (!Plain.isName(name) || !Plain.isName(namespace)) {
      throw new OddAnswer(
          "item " + position + " of the answer does not say its name and namespace");
    }
    if (kind.templateRequired() && !sawPodSpec) {
      problems.add("shows no containers under " + String.join(".", way));
    }
    String object = kind.kind() + "/" + namespace + "/" + name;
    for (String problem : problems) {
      sink.problem(object + " " + problem);
    }
    sink.object(object, note(), found);
  }

  private void forget() {
    found.clear();
    problems.clear();
    name = "";
    namespace = "";
    phase = "";
    replicas = "";
    revision = "";
    terminating = false;
    suspended = false;
    paused = false;
    sawPodSpec = false;
  }

  /** One field of the object itself; {@code bit} is 0 for those that no kind gives a meaning. */
  private void member(int bit, String field, JsonToken token) throws IOException {
    switch (bit) {
      case 1 -> expect("kind", token, kind.kind());
      case 2 -> expect("apiVersion", token, kind.apiVersion());
      case 4 -> {
        if (token == JsonToken.START_OBJECT) {
          metadata();
        } else {
          problems.add("has metadata that are not an object");
          json.skipChildren();
        }
      }
      case 16 -> {
        if (kind == ListedKind.PODS) {
          status(token);
        } else {
          json.skipChildren();
        }
      }
      case 64 -> {
        if (kind == ListedKind.CONTROLLER_REVISIONS) {
          data(token);
        } else {
          json.skipChildren();
        }
      }
      case 128 -> {
        if (kind == ListedKind.CONTROLLER_REVISIONS && token == JsonToken.VALUE_NUMBER_INT) {
          revision = number();
        } else {
          json.skipChildren();
        }
      }
      default -> {
        if (!way.isEmpty() && field.equals(way.get(0))) {
          descend(0, token);
        } else {
          json.skipChildren();
        }
      }
    }
  }

  private String note() {
    StringBuilder note = new StringBuilder();
    add(note, phase.isEmpty() ? "" : "phase " + phase);
    add(note, replicas.isEmpty() ? "" : "replicas " + replicas);
    add(note, suspended ? "suspended" : "");
    add(note, paused ? "paused" : "");
    add(note, revision.isEmpty() ? "" : "revision " + revision);
    add(note, terminating ? "terminating" : "");
    return note.toString();
  }

  private static void add(StringBuilder note, String part) {
    if (!part.isEmpty()) {
      note.append(note.length() == 0 ? "" : ", ").append(part);
    }
  }

  private void expect(String field, JsonToken token, String value) throws IOException {
    if (token == JsonToken.VALUE_NULL
        || (token == JsonToken.VALUE_STRING
            && (json.getTextLength() == 0 || json.getText().equals(value)))) {
      return;
    }
    problems.add("is not of " + field + " " + value);
    json.skipChildren();
  }

  private void metadata() throws IOException {
    int seen = 0;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      switch (field) {
        case "name" -> {
          once(seen, 1, "metadata.name");
          seen |= 1;
          name = textOrEmpty(json, token);
        }
        case "namespace" -> {
          once(seen, 2, "metadata.namespace");
          seen |= 2;
          namespace = textOrEmpty(json, token);
        }
        case "deletionTimestamp" -> {
          terminating = token != JsonToken.VALUE_NULL;
          json.skipChildren();
        }
        case "annotations" -> {
          if (token == JsonToken.START_OBJECT && kind == ListedKind.REPLICA_SETS) {
            annotations();
          } else {
            json.skipChildren();
          }
        }
        default -> json.skipChildren();
      }
    }
  }

  private void annotations() throws IOException {
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      if (field.equals(REVISION) && token == JsonToken.VALUE_STRING && json.getTextLength() <= 20) {
        revision = Plain.text(json.getText());
      } else {
        json.skipChildren();
      }
    }
  }

  private void once(int seen, int bit, String what) {
    if ((seen & bit) != 0) {
      problems.add("says " + what + " twice");
    }
  }

  /** Goes down to the pod spec; the current token is the value of step {@code depth} of the way. */
  private void descend(int depth, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return;
    }
    if (token != JsonToken.START_OBJECT) {
      problems.add(
          "has something else than an object at " + String.join(".", way.subList(0, depth + 1)));
      json.skipChildren();
      return;
    }
    if (depth == way.size() - 1) {
      podSpec(String.join(".", way));
      return;
    }
    int seen = 0;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (field.equals(way.get(depth + 1))) {
        once(seen, 1, String.join(".", way.subList(0, depth + 2)));
        seen |= 1;
        descend(depth + 1, value);
      } else if (depth == 0 && field.equals("replicas") && value == JsonToken.VALUE_NUMBER_INT) {
        replicas = number();
      } else if (depth == 0 && field.equals("suspend")) {
        suspended = value == JsonToken.VALUE_TRUE;
        json.skipChildren();
      } else if (depth == 0 && field.equals("paused")) {
        paused = value == JsonToken.VALUE_TRUE;
        json.skipChildren();
      } else {
        json.skipChildren();
      }
    }
  }

  private void podSpec(String path) throws IOException {
    int seen = 0;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      int bit =
          switch (field) {
            case "containers" -> 1;
            case "initContainers" -> 2;
            case "ephemeralContainers" -> 4;
            case "volumes" -> 8;
            default -> 0;
          };
      if (bit == 0) {
        json.skipChildren();
        continue;
      }
      String list = path + "." + field;
      once(seen, bit, list);
      seen |= bit;
      if (token == JsonToken.START_ARRAY) {
        sawPodSpec |= bit == 1;
        elements(list, bit == 8, null);
      } else if (token != JsonToken.VALUE_NULL) {
        problems.add("has something else than a list at " + list);
        json.skipChildren();
      }
    }
  }

  /**
   * Containers or volumes of a pod spec; {@code way} is where we are if everything else is searched
   * too.
   */
  private void elements(String list, boolean volumes, @Nullable Way way) throws IOException {
    int index = 0;
    for (JsonToken token = json.nextToken();
        token != null && token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token == JsonToken.START_OBJECT) {
        element(list, index, volumes, way == null ? null : way.at(index));
      } else {
        if (way == null) {
          problems.add("has something else than an object at " + list + "[" + index + "]");
          json.skipChildren();
        } else if (token == JsonToken.START_ARRAY) {
          search(way.at(index));
        }
      }
      index++;
    }
  }

  private void element(String list, int index, boolean volume, @Nullable Way way)
      throws IOException {
    int seen = 0;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      if (field.equals("image")) {
        once(seen, 1, list + "[" + index + "].image");
        seen |= 1;
        if (!volume) {
          image(list, index, "image", Form.NAME, true, token);
        } else if (token == JsonToken.START_OBJECT) {
          volumeImage(list, index);
        } else if (token != JsonToken.VALUE_NULL) {
          problems.add("has something else than an object at " + list + "[" + index + "].image");
          json.skipChildren();
        }
      } else if (way == null) {
        json.skipChildren();
      } else {
        value(field, token, way);
      }
    }
  }

  private void volumeImage(String list, int index) throws IOException {
    int seen = 0;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      if (field.equals("reference")) {
        once(seen, 1, list + "[" + index + "].image.reference");
        seen |= 1;
        image(list, index, "image.reference", Form.NAME, true, token);
      } else {
        json.skipChildren();
      }
    }
  }

  private void image(
      String list, int index, String leaf, Form form, boolean declared, JsonToken token)
      throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return;
    }
    if (token != JsonToken.VALUE_STRING) {
      problems.add("has something else than a text at " + list + "[" + index + "]." + leaf);
      json.skipChildren();
    } else if (json.getTextLength() > MAX_VALUE) {
      problems.add(
          "has a text of more than "
              + MAX_VALUE
              + " characters at "
              + list
              + "["
              + index
              + "]."
              + leaf);
    } else if (json.getTextLength() > 0) {
      if (found.size() == MAX_FOUND) {
        problems.add("names more than " + MAX_FOUND + " images");
      }
      if (found.size() < MAX_FOUND) {
        String value = json.getText();
        // A node that lost an image's name reports its id where the name belongs.
        Form told = !declared && ImageText.isId(value) ? Form.IDENTITY : form;
        found.add(new Found(list, index, leaf, value, told, declared));
      }
    }
  }

  private void status(JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return;
    }
    if (token != JsonToken.START_OBJECT) {
      problems.add("has something else than an object at status");
      json.skipChildren();
      return;
    }
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (field.equals("phase") && value == JsonToken.VALUE_STRING) {
        phase = json.getTextLength() <= 20 ? Plain.text(json.getText()) : "";
      } else if (STATUSES.contains(field)) {
        String list = "status." + field;
        if (value == JsonToken.START_ARRAY) {
          statuses(list);
        } else if (value != JsonToken.VALUE_NULL) {
          problems.add("has something else than a list at " + list);
          json.skipChildren();
        }
      } else {
        json.skipChildren();
      }
    }
  }

  private void statuses(String list) throws IOException {
    int index = 0;
    for (JsonToken token = json.nextToken();
        token != null && token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token == JsonToken.START_OBJECT) {
        containerStatus(list, index);
      } else {
        problems.add("has something else than an object at " + list + "[" + index + "]");
        json.skipChildren();
      }
      index++;
    }
  }

  private void containerStatus(String list, int index) throws IOException {
    int seen = 0;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      switch (field) {
        case "image" -> {
          once(seen, 1, list + "[" + index + "].image");
          seen |= 1;
          image(list, index, "image", Form.NAME, false, token);
        }
        case "imageID" -> {
          once(seen, 2, list + "[" + index + "].imageID");
          seen |= 2;
          image(list, index, "imageID", Form.IDENTITY, false, token);
        }
        case "volumeMounts" -> {
          if (token == JsonToken.START_ARRAY) {
            mounts(list + "[" + index + "].volumeMounts");
          } else {
            json.skipChildren();
          }
        }
        default -> json.skipChildren();
      }
    }
  }

  /**
   * Newer servers say which content an image volume holds:
   * volumeMounts[].volumeStatus.image.imageRef.
   */
  private void mounts(String list) throws IOException {
    int index = 0;
    for (JsonToken token = json.nextToken();
        token != null && token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token == JsonToken.START_OBJECT) {
        mount(list, index, 0);
      } else {
        json.skipChildren();
      }
      index++;
    }
  }

  private void mount(String list, int index, int depth) throws IOException {
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      if (depth == 2 && field.equals("imageRef")) {
        image(list, index, "volumeStatus.image.imageRef", Form.IDENTITY, false, token);
      } else if (token == JsonToken.START_OBJECT
          && ((depth == 0 && field.equals("volumeStatus"))
              || (depth == 1 && field.equals("image")))) {
        mount(list, index, depth + 1);
      } else {
        json.skipChildren();
      }
    }
  }

  /**
   * A controller's own record of an earlier template: looked through for anything shaped like a pod
   * spec.
   */
  private void data(JsonToken token) throws IOException {
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      search(new Way(null, "data", -1));
    } else if (token != JsonToken.VALUE_NULL) {
      problems.add("has data that are not an object, so no pod template can be looked for");
    }
  }

  private void search(Way way) throws IOException {
    if (json.currentToken() == JsonToken.START_ARRAY) {
      int index = 0;
      for (JsonToken token = json.nextToken();
          token != null && token != JsonToken.END_ARRAY;
          token = json.nextToken()) {
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
          search(way.at(index));
        }
        index++;
      }
      return;
    }
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      value(field, json.nextToken(), way);
    }
  }

  private void value(String field, @Nullable JsonToken token, Way way) throws IOException {
    boolean volumes = field.equals("volumes");
    if (token == JsonToken.START_ARRAY && (volumes || CONTAINERS.contains(field))) {
      Way here = way.to(field);
      elements(here.toString(), volumes, here);
    } else if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      search(way.to(field));
    }
  }

  /** A text that is no novel; anything else is passed over and counts as none. */
  static String textOrEmpty(JsonParser json, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_STRING) {
      return json.getTextLength() <= 1024 ? json.getText() : "";
    }
    json.skipChildren();
    return "";
  }

  private String number() throws IOException {
    return json.getTextLength() <= 20 ? json.getText() : "";
  }

  /** Where we are in a tree; put into words only when something is found. */
  private record Way(@Nullable Way parent, String field, int index) {
    Way to(String name) {
      return new Way(this, name, -1);
    }

    Way at(int position) {
      return new Way(this, "", position);
    }

    @Override
    public String toString() {
      String last = index < 0 ? field : "[" + index + "]";
      return parent == null ? last : parent + (index < 0 ? "." : "") + last;
    }
  }
}
