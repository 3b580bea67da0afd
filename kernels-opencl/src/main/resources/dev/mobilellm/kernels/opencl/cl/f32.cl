// Elements are floats.
typedef float element;

float element_at(global const element *from) {
  return *from;
}

// Eight elements; the address is a multiple of 32.
float8 elements_at(global const element *from) {
  return *(global const float8 *)from;
}
