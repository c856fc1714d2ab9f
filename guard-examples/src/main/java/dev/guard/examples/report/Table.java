package dev.guard.examples.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Columns that line up. Cells are made harmless; the last column is as long as it needs to be. */
public final class Table {
  private static final int MOST = 44;

  private final String indent;
  private final List<String> head;
  private final List<List<String>> rows = new ArrayList<>();
  private final List<UnaryOperator<String>> paints = new ArrayList<>();

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
    out.println(line(head, widths, style::dim, null));
    for (List<String> row : rows) {
      out.println(line(row, widths, UnaryOperator.identity(), paints));
    }
  }

  private String line(
      List<String> cells,
      int[] widths,
      UnaryOperator<String> whole,
      @org.jspecify.annotations.Nullable List<UnaryOperator<String>> each) {
    StringBuilder line = new StringBuilder(indent);
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
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
