// Eight neighbouring floats of a row of inputs; zeros behind its end.
float8 inputs_at(global const float *row, int unit, int columns) {
#if WHOLE_UNITS
  (void)columns;
  return *(global const float8 *)(row + unit * 8);
#else
  float values[8];
  for (int i = 0; i < 8; i++) {
    const int column = unit * 8 + i;
    values[i] = column < columns ? row[column] : 0;
  }
  return vload8(0, values);
#endif
}
