// Eight codes of BITS bits each are BITS bytes, lowest bits first. Four of them fit a word.

#define CODE_MASK ((1u << BITS) - 1)

// Where a row starts is a multiple of four bytes, since 32 columns are BITS words.
uint2 code_words(global const uchar *from) {
#if BITS == 2
  const uint all = *(global const ushort *)from;
  return (uint2)(all, all >> 8);
#elif BITS == 3
  const uint middle = from[1];
  return (uint2)(from[0] | middle << 8, middle >> 4 | (uint)from[2] << 4);
#elif BITS == 4
  const uint all = *(global const uint *)from;
  return (uint2)(all, all >> 16);
#elif BITS == 5
  const uint middle = from[2];
  return (uint2)(
      from[0] | (uint)from[1] << 8 | middle << 16,
      middle >> 4 | (uint)from[3] << 4 | (uint)from[4] << 12);
#elif BITS == 6
  global const ushort *pairs = (global const ushort *)from;
  const uint middle = pairs[1];
  return (uint2)(pairs[0] | middle << 16, middle >> 8 | (uint)pairs[2] << 8);
#else
  return (uint2)(((global const uint *)from)[0], ((global const uint *)from)[1]);
#endif
}

float8 codes_at(global const uchar *from) {
  const uint4 shifts = (uint4)(0, BITS, 2 * BITS, 3 * BITS);
  const uint2 words = code_words(from);
  const float4 lower = convert_float4((uint4)words.x >> shifts & CODE_MASK);
  const float4 upper = convert_float4((uint4)words.y >> shifts & CODE_MASK);
  return (float8)(lower.x, lower.y, lower.z, lower.w, upper.x, upper.y, upper.z, upper.w);
}
