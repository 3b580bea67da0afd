// Products of matrices with many tokens: what prefill runs.
//
// A work-group multiplies TILE_TOKENS tokens with TILE_ROWS rows, DEPTH columns at a time, from
// local memory; a work-item has 8 tokens and 4 rows of it. The weights are decoded once for all
// tokens of a tile.
//
// NORM: the inputs are normalised on the way; the factor of each token is there already.

#define DEPTH 16
#define ITEMS (TILE_TOKENS / 8 * (TILE_ROWS / 4))

kernel void matrix_tile(
    ALL_SEGMENTS, global const float *input, global const float *norm,
    global const float *norm_factors, global const float *residual, int columns, int tokens,
    int flags, int activation) {
  // One float more in a row: neighbours that are written together lie in different banks.
  local float inputs[DEPTH][TILE_TOKENS + 1];
  local float weights[DEPTH][TILE_ROWS + 1];
  const int item = get_local_id(0);
  const int item_rows = item % (TILE_ROWS / 4) * 4;
  const int item_tokens = item / (TILE_ROWS / 4) * 8;
  const int first_row = get_group_id(0) * TILE_ROWS;
  const int first_token = get_group_id(1) * TILE_TOKENS;
  const int units = (columns + 7) / 8;
  (void)activation;
  (void)norm;
  (void)norm_factors;

  float products[8][4];
  for (int t = 0; t < 8; t++) {
    for (int r = 0; r < 4; r++) {
      products[t][r] = 0;
    }
  }
  for (int start = 0; start < units; start += DEPTH / 8) {
    for (int i = item; i < TILE_TOKENS * (DEPTH / 8); i += ITEMS) {
      const int token = min(first_token + i % TILE_TOKENS, tokens - 1);
      const int unit = start + i / TILE_TOKENS;
      float8 values = 0;
      if (unit < units) {
        values = inputs_at(input + (size_t)token * columns, unit, columns);
#if NORM
        values *= inputs_at(norm, unit, columns);
#endif
      }
      float eight[8];
      vstore8(values, 0, eight);
      for (int k = 0; k < 8; k++) {
        inputs[i / TILE_TOKENS * 8 + k][i % TILE_TOKENS] = eight[k];
      }
    }
    for (int i = item; i < TILE_ROWS * (DEPTH / 8); i += ITEMS) {
      const int row = min(first_row + i % TILE_ROWS, TOTAL_ROWS - 1);
      const int unit = start + i / TILE_ROWS;
      float8 values = 0;
      if (unit < units) {
        values = unit_values(unit_at(ROW_OF(row), unit, columns));
      }
      float eight[8];
      vstore8(values, 0, eight);
      for (int k = 0; k < 8; k++) {
        weights[i / TILE_ROWS * 8 + k][i % TILE_ROWS] = eight[k];
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int k = 0; k < DEPTH; k++) {
      float of_row[4];
      for (int r = 0; r < 4; r++) {
        of_row[r] = weights[k][item_rows + r];
      }
      for (int t = 0; t < 8; t++) {
        const float of_token = inputs[k][item_tokens + t];
        for (int r = 0; r < 4; r++) {
          products[t][r] = mad(of_token, of_row[r], products[t][r]);
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }

  for (int t = 0; t < 8; t++) {
    const int token = first_token + item_tokens + t;
    if (token < tokens) {
#if NORM
      const float factor = norm_factors[token];
#else
      const float factor = 1;
#endif
#if GATED
      for (int r = 0; r < 4; r += 2) {
        const int row = first_row + item_rows + r;
        if (row < TOTAL_ROWS) {
          STORE_PAIR(token, row / 2, products[t][r] * factor, products[t][r + 1] * factor);
        }
      }
#else
      for (int r = 0; r < 4; r++) {
        const int row = first_row + item_rows + r;
        if (row < TOTAL_ROWS) {
          STORE_ROW(token, row, products[t][r] * factor);
        }
      }
#endif
    }
  }
}
