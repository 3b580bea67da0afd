// Element-wise operations: dimension 0 is a value's columns, dimension 1 its rows.

#define HERE ((size_t)get_global_id(1) * width + get_global_id(0))

kernel void activate_elements(
    global const float *input, global float *output, int width, int activation) {
  if ((int)get_global_id(0) < width) {
    output[HERE] = activate(input[HERE], activation);
  }
}

kernel void multiply_elements(
    global const float *left, global const float *right, global float *output, int width) {
  if ((int)get_global_id(0) < width) {
    output[HERE] = left[HERE] * right[HERE];
  }
}

kernel void add_elements(
    global const float *left, global const float *right, global float *output, int width) {
  if ((int)get_global_id(0) < width) {
    output[HERE] = left[HERE] + right[HERE];
  }
}

// Keeps the wanted rows from the one with this index on.
kernel void select_wanted(
    global const float *input, global float *output, int width, global const int *pass, int rows,
    int first) {
  if ((int)get_global_id(0) < width) {
    const int row = WANTED_ROW(first + get_global_id(1));
    output[HERE] = input[(size_t)row * width + get_global_id(0)];
  }
}
