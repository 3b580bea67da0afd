// Products of matrices with a few tokens: what decoding runs. The weights are read once.
//
// LANES work-items share a row: each takes every LANES-th unit of it, for ROWS rows and TOKENS
// tokens at a time. A work-group takes blocks of rows until all are done.
//
// NORM: the inputs are normalised on the way, output = matrix * (input * norm) / rms(input).

kernel void matrix_vector(
    ALL_SEGMENTS, global const float *input, global const float *norm, float eps,
    global const float *residual, int columns, int tokens, int flags, int activation) {
  local float sums[ROWS * TOKENS][GROUP_ITEMS];
  const int item = get_local_id(0);
  const int lane = item % LANES;
  const int team = item / LANES;
  const int block = get_local_size(0) / LANES * ROWS;
  const int units = (columns + 7) / 8;
  const int first_token = get_group_id(1) * TOKENS;
  (void)activation;
  (void)norm;
  (void)eps;

  global const float *inputs[TOKENS];
  float factors[TOKENS];
  for (int t = 0; t < TOKENS; t++) {
    inputs[t] = input + (size_t)min(first_token + t, tokens - 1) * columns;
    factors[t] = 1;
#if NORM
    float square = 0;
    for (int column = item; column < columns; column += get_local_size(0)) {
      square = mad(inputs[t][column], inputs[t][column], square);
    }
    factors[t] = rsqrt(group_sum(square, sums[0]) / columns + eps);
#endif
  }

  for (int start = get_group_id(0) * block; start < TOTAL_ROWS;
       start += get_num_groups(0) * block) {
    const int first_row = start + team * ROWS;
    weight_row rows[ROWS];
    float products[ROWS * TOKENS];
    for (int r = 0; r < ROWS; r++) {
      const int row = min(first_row + r, TOTAL_ROWS - 1);
      rows[r] = ROW_OF(row);
      for (int t = 0; t < TOKENS; t++) {
        products[r * TOKENS + t] = 0;
      }
    }
    for (int unit = lane; unit < units; unit += LANES) {
      float8 x[TOKENS];
      float x_sums[TOKENS];
#if NORM
      const float8 weights = inputs_at(norm, unit, columns);
#endif
      for (int t = 0; t < TOKENS; t++) {
        x[t] = inputs_at(inputs[t], unit, columns);
#if NORM
        x[t] *= weights;
#endif
        x_sums[t] = sum8(x[t]);
      }
      for (int r = 0; r < ROWS; r++) {
        const weight_unit weights_of_row = unit_at(rows[r], unit, columns);
        for (int t = 0; t < TOKENS; t++) {
          products[r * TOKENS + t] += unit_dot(weights_of_row, x[t], x_sums[t]);
        }
      }
    }

    for (int i = 0; i < ROWS * TOKENS; i++) {
      sums[i][item] = products[i];
    }
    for (int half_lanes = LANES / 2; half_lanes > 0; half_lanes /= 2) {
      barrier(CLK_LOCAL_MEM_FENCE);
      if (lane < half_lanes) {
        for (int i = 0; i < ROWS * TOKENS; i++) {
          sums[i][item] += sums[i][item + half_lanes];
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);

    for (int t = 0; t < TOKENS; t++) {
      const int token = first_token + t;
#if GATED
      const int row = first_row + lane * 2;
      if (lane < ROWS / 2 && row < TOTAL_ROWS && token < tokens) {
        const float gate = sums[lane * 2 * TOKENS + t][team * LANES] * factors[t];
        const float up = sums[(lane * 2 + 1) * TOKENS + t][team * LANES] * factors[t];
        STORE_PAIR(token, row / 2, gate, up);
      }
#else
      const int row = first_row + lane;
      if (lane < ROWS && row < TOTAL_ROWS && token < tokens) {
        const float product = sums[lane * TOKENS + t][team * LANES] * factors[t];
        STORE_ROW(token, row, product);
      }
#endif
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
}
