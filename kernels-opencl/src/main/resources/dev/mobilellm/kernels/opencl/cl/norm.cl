// Root mean squares. A work-group has a group of columns of one row.

// The factor that normalises a whole row, for those who multiply with it later.
kernel void norm_factors(global const float *input, global float *factors, int width, float eps) {
  local float scratch[GROUP_ITEMS];
  const int row = get_group_id(1);
  global const float *values = input + (size_t)row * width;
  float square = 0;
  for (int column = get_local_id(0); column < width; column += get_local_size(0)) {
    square = mad(values[column], values[column], square);
  }
  const float factor = rsqrt(group_sum(square, scratch) / width + eps);
  if (get_local_id(0) == 0) {
    factors[row] = factor;
  }
}

kernel void rms_norm(
    global const float *input, global const float *weight, global float *output, int width,
    int group, float eps, int has_weight) {
  local float scratch[GROUP_ITEMS];
  const int first = get_group_id(0) * group;
  const size_t start = (size_t)get_group_id(1) * width + first;
  float square = 0;
  for (int i = get_local_id(0); i < group; i += get_local_size(0)) {
    square = mad(input[start + i], input[start + i], square);
  }
  const float factor = rsqrt(group_sum(square, scratch) / group + eps);
  for (int i = get_local_id(0); i < group; i += get_local_size(0)) {
    const float value = input[start + i] * factor;
    output[start + i] = has_weight ? value * weight[first + i] : value;
  }
}
