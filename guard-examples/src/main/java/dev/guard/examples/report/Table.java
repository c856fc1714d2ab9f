package dev.guard.examples.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Columns that line up. Cells are made harmless; the last column is as long as it needs to be. */
public final class Table {
  private static final int MOST = 44;

  private static final int LEAST = 12;
  private static final int ROOM = 30;

  /** How wide a terminal is taken to be. */
  public static final int COLUMNS = 100;

  private final String indent;
  private final List<String> head;
  private final List<List<String>> rows = new ArrayList<>();
  private final List<UnaryOperator<String>> paints = new ArrayList<>();
  private boolean fitted;

  /**
   * A table.
   *
   * @param indent what stands before each line
   * @param head the columns' names
   */
  public Table(String indent, String... head) {
    this.indent = indent;
    this.head = List.of(head);
    for (int i = 0; i < head.length; i++) {
      paints.add(UnaryOperator.identity());
    }
  }

  /**
   * Fits it into {@link #COLUMNS}: wide columns are cut, the first one at its beginning, and the
   * last one is wrapped.
   *
   * @return this table
   */
  public Table fitted() {
    fitted = true;
    return this;
  }

  /**
   * Paints a column.
   *
   * @param column from zero
   * @param paint the paint
   * @return this table
   */
  public Table paint(int column, UnaryOperator<String> paint) {
    paints.set(column, paint);
    return this;
  }

  /**
   * Adds a row.
   *
   * @param cells as many as there are columns
   */
  public void row(String... cells) {
    if (cells.length != head.size()) {
      throw new IllegalArgumentException(
          "A row has as many cells as the table has columns: " + head.size() + ".");
    }
    List<String> row = new ArrayList<>();
    for (int i = 0; i < cells.length; i++) {
      row.add(i == cells.length - 1 ? Text.clean(cells[i]) : Text.clean(cells[i], MOST));
    }
    rows.add(row);
  }

  /**
   * Prints it.
   *
   * @param out where
   * @param style how
   */
  public void print(PrintStream out, Style style) {
    int[] widths = new int[head.size()];
    List<List<String>> all = new ArrayList<>(rows);
    all.add(head);
    for (List<String> row : all) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).codePointCount(0, row.get(i).length()));
      }
    }
    int last = fit(widths);
    int room = fitted ? Math.max(ROOM, COLUMNS - last) : Integer.MAX_VALUE;
    out.println(line(head, widths, style::dim, null));
    for (List<String> row : rows) {
      List<String> why = Text.wrapped(row.get(row.size() - 1), room);
      List<String> first = new ArrayList<>(row);
      first.set(row.size() - 1, why.get(0));
      out.println(line(first, widths, UnaryOperator.identity(), paints));
      UnaryOperator<String> paint = paints.get(paints.size() - 1);
      for (String more : why.subList(1, why.size())) {
        out.println(" ".repeat(last) + paint.apply(more));
      }
    }
  }

  /** Narrows the widest columns until the last one has room; says where that begins. */
  private int fit(int[] widths) {
    while (true) {
      int begin = indent.length();
      int widest = 0;
      for (int i = 0; i < widths.length - 1; i++) {
        begin += widths[i] + 2;
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (!fitted || begin + ROOM <= COLUMNS || widths.length == 1 || widths[widest] <= LEAST) {
        return begin;
      }
      widths[widest]--;
    }
  }

  /** The end of a repository's name says more than its beginning. */
  private static String cut(String cell, int width, boolean begin) {
    int points = cell.codePointCount(0, cell.length());
    if (points <= width) {
      return cell;
    }
    return begin
        ? "…" + cell.substring(cell.offsetByCodePoints(0, points - width + 1))
        : cell.substring(0, cell.offsetByCodePoints(0, width - 1)) + "…";
  }

  private String line(
      List<String> cells,
      int[] widths,
      UnaryOperator<String> whole,
      @org.jspecify.annotations.Nullable List<UnaryOperator<String>> each) {
    StringBuilder line = new StringBuilder(indent);
    for (int i = 0; i < cells.size(); i++) {
      String cell = i < cells.size() - 1 ? cut(cells.get(i), widths[i], i == 0) : cells.get(i);
      int missing = widths[i] - cell.codePointCount(0, cell.length());
      line.append(each == null ? whole.apply(cell) : each.get(i).apply(cell));
      if (i < cells.size() - 1) {
        char[] pad = new char[missing + 2];
        Arrays.fill(pad, ' ');
        line.append(pad);
      }
    }
    return line.toString().stripTrailing();
  }
}
