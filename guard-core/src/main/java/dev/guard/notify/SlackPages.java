package dev.guard.notify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Target;
import dev.guard.internal.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A notice as Slack messages: every item in exactly one, each with the heading and the objection
 * command.
 */
final class SlackPages {
  /** Slack: at most 50 blocks a message. */
  private static final int BLOCKS = 50;

  /** Slack: at most 3000 characters a section; a little less, for the marks around them. */
  private static final int SECTION = 2900;

  /**
   * What Slack takes of all blocks together ends near 13,000 characters with some 125 for each
   * block itself; it answers msg_blocks_too_long beyond.
   */
  private static final int MESSAGE = 12_000;

  private static final int PER_BLOCK = 125;
  private static final int TITLE = 300;
  private static final int SENTENCE = 1500;
  private static final int TARGET = 2000;

  /** One message's share of the items. */
  record Page(Map<Target, String> lines) {}

  private final Notice notice;
  private final List<Page> pages = new ArrayList<>();
  private final List<Target> unfit = new ArrayList<>();
  private final int fixed;

  SlackPages(Notice notice) {
    this.notice = notice;
    int size = 0;
    for (String block : around(1, 1)) {
      size += block.length() + PER_BLOCK;
    }
    this.fixed = size + 20; // for the numbers of the page
    divide();
  }

  private void divide() {
    Map<Target, String> lines = new LinkedHashMap<>();
    int size = fixed;
    for (Notice.Item item : notice.items()) {
      String line = line(item);
      if (line.isEmpty()) {
        unfit.add(item.target());
        continue;
      }
      int more = line.length() + PER_BLOCK;
      if (!lines.isEmpty() && (size + more > MESSAGE || lines.size() + 3 >= BLOCKS)) {
        pages.add(new Page(lines));
        lines = new LinkedHashMap<>();
        size = fixed;
      }
      lines.put(item.target(), line);
      size += more;
    }
    if (!lines.isEmpty() || pages.isEmpty()) {
      pages.add(new Page(lines));
    }
  }

  List<Page> pages() {
    return pages;
  }

  /** Targets whose own name is longer than a message can show whole. */
  List<Target> unfit() {
    return unfit;
  }

  byte[] json(int number) {
    Page page = pages.get(number);
    List<String> around = around(number + 1, pages.size());
    ObjectNode message = Json.object();
    message.put("text", around.get(0).substring(1, around.get(0).length() - 1));
    message.put("unfurl_links", false);
    ArrayNode blocks = message.putArray("blocks");
    section(blocks, around.get(0));
    section(blocks, around.get(1));
    page.lines().values().forEach(line -> section(blocks, line));
    around.stream().skip(2).forEach(text -> section(blocks, text));
    return Json.line(message).getBytes(StandardCharsets.UTF_8);
  }

  private List<String> around(int number, int of) {
    String title = fit(notice.title(), TITLE);
    String sentence = fit(notice.sentence(), SENTENCE);
    String count = of == 1 ? "" : " (" + number + " of " + of + ")";
    List<String> texts = new ArrayList<>(List.of("*" + title + count + "*", sentence));
    if (!notice.objection().isBlank()) {
      texts.add("To object: " + code(notice.objection()));
    }
    return texts;
  }

  private static void section(ArrayNode blocks, String text) {
    ObjectNode inner = blocks.addObject().put("type", "section").putObject("text");
    inner.put("type", "mrkdwn").put("text", text).put("verbatim", true);
  }

  /** The target whole, its text cut where the section ends; empty if the target does not fit. */
  private static String line(Notice.Item item) {
    String target = code(item.target().toString());
    if (target.length() > TARGET) {
      return "";
    }
    return item.text().isBlank()
        ? target
        : target + " " + fit(item.text(), SECTION - target.length() - 1);
  }

  private static String code(String text) {
    String escaped = fit(text, Integer.MAX_VALUE);
    return escaped.indexOf('`') >= 0 ? escaped : "`" + escaped + "`";
  }

  /** Escaped as Slack demands, and cut between characters, never within an entity. */
  static String fit(String text, int most) {
    StringBuilder out = new StringBuilder();
    String plain = Plain.line(text);
    int at = 0;
    while (at < plain.length()) {
      int point = plain.codePointAt(at);
      String piece = escaped(point);
      at += Character.charCount(point);
      boolean last = at == plain.length();
      if (out.length() + piece.length() + (last ? 0 : 1) > most) {
        return out.append('…').toString();
      }
      out.append(piece);
    }
    return out.toString();
  }

  private static String escaped(int point) {
    return switch (point) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      default -> Character.toString(point);
    };
  }
}
