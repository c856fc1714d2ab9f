package dev.guard.k8s;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * One page of a list, read token by token: memory holds one object's image strings. What cannot be
 * understood is reported as a problem, and a page that is not this list at all throws.
 */
final class ListPage {
  /** A page's end. */
  record End(String continueToken, String resourceVersion, int objects) {}

  private static final int MAX_TOKEN = 16_384;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(200)
                  .maxStringLength(2 * 1024 * 1024)
                  .maxNumberLength(100)
                  .maxNameLength(50_000)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private final JsonParser json;
  private final ListedKind kind;
  private final ListedObject object;

  private ListPage(JsonParser json, ListedKind kind, ListedObject.Sink sink) {
    this.json = json;
    this.kind = kind;
    this.object = new ListedObject(json, kind, sink);
  }

  /**
   * Reads a page to its end.
   *
   * @throws OddAnswer if it is not one whole page of this list
   * @throws IOException if the stream broke
   */
  static End read(InputStream body, ListedKind kind, ListedObject.Sink sink)
      throws IOException, OddAnswer {
    try (JsonParser json = JSON.createParser(body)) {
      return new ListPage(json, kind, sink).page();
    } catch (JsonEOFException e) {
      throw list("the answer breaks off in the middle");
    } catch (StreamConstraintsException e) {
      throw list("the answer is nested too deeply or holds a text or number that is too long");
    } catch (JsonProcessingException e) {
      throw list("the answer is not JSON");
    }
  }

  private static OddAnswer list(String why) {
    return new OddAnswer(why);
  }

  private End page() throws IOException, OddAnswer {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw list("the answer is not a list");
    }
    String answered = "";
    String version = "";
    String[] meta = {"", "", ""};
    int objects = -1;
    int seen = 0;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      int bit =
          switch (field) {
            case "kind" -> 1;
            case "apiVersion" -> 2;
            case "metadata" -> 4;
            case "items" -> 8;
            default -> 0;
          };
      if ((seen & bit) != 0) {
        throw list("the answer says " + field + " twice");
      }
      seen |= bit;
      JsonToken token = json.nextToken();
      switch (bit) {
        case 1 -> answered = ListedObject.textOrEmpty(json, token);
        case 2 -> version = ListedObject.textOrEmpty(json, token);
        case 4 -> {
          if (token != JsonToken.START_OBJECT) {
            throw list("the answer is not a list: its metadata are not an object");
          }
          listMetadata(meta);
        }
        case 8 -> {
          if (token != JsonToken.START_ARRAY) {
            throw list("the answer is not a list: its items are not an array");
          }
          objects = items();
        }
        default -> json.skipChildren();
      }
    }
    if (json.currentToken() != JsonToken.END_OBJECT) {
      throw list("the answer breaks off in the middle");
    }
    if (json.nextToken() != null) {
      throw list("the answer goes on after its end");
    }
    check(version, answered, (seen & 4) != 0, objects, meta);
    return new End(meta[0], meta[1], objects);
  }

  /** Whether what was read to its end is one whole page of this list. */
  private void check(String version, String answered, boolean described, int objects, String[] meta)
      throws OddAnswer {
    if (!answered.equals(kind.kind() + "List") || !version.equals(kind.apiVersion())) {
      throw list(
          "the answer is a '"
              + Plain.text(version + " " + answered)
              + "', not a "
              + kind.apiVersion()
              + " "
              + kind.kind()
              + "List");
    }
    if (!described || objects < 0) {
      throw list(
          "the answer is not a list: " + (objects < 0 ? "items" : "metadata") + " are missing");
    }
    if (meta[0].isEmpty() && !meta[2].isEmpty() && !meta[2].equals("0")) {
      throw list("the answer says more objects remain, but not how to go on");
    }
  }

  private void listMetadata(String[] meta) throws IOException, OddAnswer {
    int seen = 0;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      int index =
          switch (field) {
            case "continue" -> 0;
            case "resourceVersion" -> 1;
            case "remainingItemCount" -> 2;
            default -> -1;
          };
      if (index < 0) {
        json.skipChildren();
        continue;
      }
      if ((seen & (1 << index)) != 0) {
        throw list("the answer's metadata say " + field + " twice");
      }
      seen |= 1 << index;
      boolean good =
          token == JsonToken.VALUE_NULL
              || (index == 2
                  ? token == JsonToken.VALUE_NUMBER_INT
                  : token == JsonToken.VALUE_STRING && json.getTextLength() <= MAX_TOKEN);
      if (!good) {
        throw list("the answer's metadata." + field + " is not what it should be");
      }
      meta[index] = token == JsonToken.VALUE_NULL ? "" : json.getText();
    }
  }

  private int items() throws IOException, OddAnswer {
    int count = 0;
    for (JsonToken token = json.nextToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token == null) {
        throw list("the answer breaks off in the middle");
      }
      if (token != JsonToken.START_OBJECT) {
        throw list("item " + count + " of the answer is not an object");
      }
      object.read(count);
      count++;
    }
    return count;
  }
}
