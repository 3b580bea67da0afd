// Matrices of codes of BITS bits: each GROUP columns of a row have a scale and a bias, and a weight
// is scale * code + bias. Scales and biases are elements. The names are those of dense.cl.

#define MATRIX(n) \
  global const uchar *codes##n, global const element *scales##n, global const element *biases##n
#define PARTS(n) codes##n, scales##n, biases##n

typedef struct {
  global const uchar *codes;
  global const element *scales;
  global const element *biases;
} weight_row;

typedef struct {
  float8 codes;
  float scale;
  float bias;
} weight_unit;

weight_row row_at(MATRIX(), int row, int columns) {
  const size_t group = (size_t)row * (columns / GROUP);
  const weight_row found = {
      codes + (size_t)row * (columns / 8 * BITS), scales + group, biases + group};
  return found;
}

weight_unit unit_at(weight_row row, int unit, int columns) {
  (void)columns;
  const int group = unit / (GROUP / 8);
  const weight_unit found = {
      codes_at(row.codes + unit * BITS),
      element_at(row.scales + group),
      element_at(row.biases + group)};
  return found;
}

float8 unit_values(weight_unit unit) {
  return unit.scale * unit.codes + unit.bias;
}

// The bias multiplies the sum of the inputs, which all rows share.
float unit_dot(weight_unit unit, float8 inputs, float sum) {
  return mad(unit.scale, dot8(unit.codes, inputs), unit.bias * sum);
}
