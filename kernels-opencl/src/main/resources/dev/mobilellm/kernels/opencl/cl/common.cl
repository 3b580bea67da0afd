// What all kernels share. OpenCL C 1.2 and nothing beyond its core.

float dot8(float8 left, float8 right) {
  return dot(left.lo, right.lo) + dot(left.hi, right.hi);
}

float sum8(float8 values) {
  const float4 four = values.lo + values.hi;
  const float2 two = four.lo + four.hi;
  return two.x + two.y;
}

// The sum over a work-group, whose size is a power of two, for each of its items. The scratch has a
// float for each and may be used again.
float group_sum(float value, local float *scratch) {
  const int item = get_local_id(0);
  scratch[item] = value;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int half_size = get_local_size(0) / 2; half_size > 0; half_size /= 2) {
    if (item < half_size) {
      scratch[item] += scratch[item + half_size];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  const float sum = scratch[0];
  barrier(CLK_LOCAL_MEM_FENCE);
  return sum;
}
