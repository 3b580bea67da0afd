// Elements are IEEE halves. The type needs no extension as long as it is only pointed to.
typedef half element;

float element_at(global const element *from) {
  return vload_half(0, from);
}

// Eight elements; the address is a multiple of 16.
float8 elements_at(global const element *from) {
  return vload_half8(0, from);
}
