// Rotary embedding of neighbouring pairs. The factors of a row are cosine and sine of each pair.

float2 rotate_pair(global const float *pair, global const float *factors) {
  return (float2)(
      mad(pair[0], factors[0], -pair[1] * factors[1]), mad(pair[0], factors[1], pair[1] * factors[0]));
}

// Dimension 0 is the pairs of a row.
kernel void rope(
    global const float *input, global float *output, int width, int head_dim, global const int *pass,
    int rotary_at) {
  const int column = get_global_id(0) * 2;
  const int row = get_global_id(1);
  if (column < width) {
    global const float *factors = (global const float *)(pass + rotary_at) + row * head_dim;
    const size_t at = (size_t)row * width + column;
    const float2 rotated = rotate_pair(input + at, factors + column % head_dim);
    output[at] = rotated.x;
    output[at + 1] = rotated.y;
  }
}
