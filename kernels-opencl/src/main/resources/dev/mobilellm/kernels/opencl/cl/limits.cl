// What the device can do at best.

kernel void copy_floats(global const float4 *input, global float4 *output, int count) {
  for (int i = get_global_id(0); i < count; i += get_global_size(0)) {
    output[i] = input[i];
  }
}

// ROUNDS times 16 multiply-adds of floats that depend on nothing but themselves.
kernel void multiply_add(global float *output, float factor) {
  float16 sums = (float16)(get_global_id(0));
  for (int round = 0; round < ROUNDS; round++) {
    sums = mad(sums, (float16)(factor), (float16)(1));
  }
  const float8 eight = sums.lo + sums.hi;
  const float4 four = eight.lo + eight.hi;
  output[get_global_id(0)] = four.x + four.y + four.z + four.w;
}
