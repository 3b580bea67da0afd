// What the device can do at best.

kernel void copy_floats(global const float4 *input, global float4 *output) {
  output[get_global_id(0)] = input[get_global_id(0)];
}

// ROUNDS times 64 multiply-adds of floats that depend on nothing but themselves.
kernel void multiply_add(global float *output, float factor) {
  float16 a = (float16)(get_global_id(0));
  float16 b = a + 1;
  float16 c = a + 2;
  float16 d = a + 3;
  for (int round = 0; round < ROUNDS; round++) {
    a = mad(a, (float16)(factor), (float16)(1));
    b = mad(b, (float16)(factor), (float16)(1));
    c = mad(c, (float16)(factor), (float16)(1));
    d = mad(d, (float16)(factor), (float16)(1));
  }
  const float16 all = a + b + c + d;
  const float8 eight = all.lo + all.hi;
  const float4 four = eight.lo + eight.hi;
  output[get_global_id(0)] = four.x + four.y + four.z + four.w;
}
