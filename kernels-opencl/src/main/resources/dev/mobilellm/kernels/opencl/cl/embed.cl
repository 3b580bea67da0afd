// Rows of a table by token id. The part of the table at hand begins with row `first`.

kernel void embed(
    MATRIX(0), global const int *pass, global float *output, int first, int table_rows, int columns) {
  const int unit = get_global_id(0);
  const int row = get_global_id(1);
  const int id = TOKEN_ID(row) - first;
  if (unit * 8 < columns && id >= 0 && id < table_rows) {
    float eight[8];
    vstore8(unit_values(unit_at(row_at(PARTS(0), id, columns), unit, columns)), 0, eight);
    for (int i = 0; i < 8 && unit * 8 + i < columns; i++) {
      output[(size_t)row * columns + unit * 8 + i] = eight[i];
    }
  }
}
