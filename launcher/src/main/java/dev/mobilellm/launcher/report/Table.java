package dev.mobilellm.launcher.report;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells in aligned columns, two spaces apart. */
public final class Table {

  private final List<List<String>> rows = new ArrayList<>();
  private final List<Integer> right;

  /**
   * @param right the columns, from 0, that hold numbers and end at the same place
   */
  public Table(Integer... right) {
    this.right = List.of(right);
  }

  /** Adds a row; rows may have different numbers of cells. */
  public Table row(Object... cells) {
    rows.add(List.of(cells).stream().map(Object::toString).toList());
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The lines, each behind the indent and without spaces at its end. */
  public List<String> lines(String indent) {
    List<Integer> widths = widths();
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(indent);
      for (int c = 0; c < row.size(); c++) {
        String space = " ".repeat(widths.get(c) - width(row.get(c)));
        line.append(c == 0 ? "" : "  ");
        line.append(right.contains(c) ? space + row.get(c) : row.get(c) + space);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private List<Integer> widths() {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int c = 0; c < row.size(); c++) {
        int width = width(row.get(c));
        if (c == widths.size()) {
          widths.add(width);
        } else {
          widths.set(c, Math.max(widths.get(c), width));
        }
      }
    }
    return widths;
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
