// Matrices whose weights are elements, row after row.
//
// Every encoding is read through the same names: MATRIX and PARTS pass a matrix to a function,
// row_at finds a row, and a unit is eight neighbouring columns of a row.

#define MATRIX(n) global const element *values##n
#define PARTS(n) values##n

typedef struct {
  global const element *values;
} weight_row;

typedef struct {
  float8 values;
} weight_unit;

weight_row row_at(MATRIX(), int row, int columns) {
  const weight_row found = {values + (size_t)row * columns};
  return found;
}

weight_unit unit_at(weight_row row, int unit, int columns) {
  weight_unit found;
#if WHOLE_UNITS
  (void)columns;
  found.values = elements_at(row.values + unit * 8);
#else
  float values[8];
  for (int i = 0; i < 8; i++) {
    const int column = unit * 8 + i;
    values[i] = column < columns ? element_at(row.values + column) : 0;
  }
  found.values = vload8(0, values);
#endif
  return found;
}

float8 unit_values(weight_unit unit) {
  return unit.values;
}

// The product with eight inputs, whose sum is of use to other encodings.
float unit_dot(weight_unit unit, float8 inputs, float sum) {
  (void)sum;
  return dot8(unit.values, inputs);
}
