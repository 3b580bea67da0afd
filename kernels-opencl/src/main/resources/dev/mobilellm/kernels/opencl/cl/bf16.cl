// Elements are bf16: the upper halves of floats.
typedef ushort element;

float element_at(global const element *from) {
  return as_float((uint)*from << 16);
}

// Eight elements; the address is a multiple of 16.
float8 elements_at(global const element *from) {
  const uint4 pairs = *(global const uint4 *)from;
  const float4 even = as_float4(pairs << 16);
  const float4 odd = as_float4(pairs & 0xFFFF0000u);
  return (float8)(even.x, odd.x, even.y, odd.y, even.z, odd.z, even.w, odd.w);
}
