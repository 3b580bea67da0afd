// The rows that a matrix kernel multiplies: up to three matrices of one encoding, one behind the
// other, each with a value that its products go to; or, if GATED, two whose rows alternate.
//
// A segment is a matrix or some of its rows: `rows` of them, whose products are the columns from
// `first` of an output `width` wide. A bias has an entry for each of these columns.

#define SEGMENT(n) \
  MATRIX(n), global float *output##n, global const float *bias##n, int rows##n, int first##n, \
      int width##n

#if GATED
#define ALL_SEGMENTS MATRIX(0), SEGMENT(1)
#define TOTAL_ROWS (2 * rows1)
#define ROW_OF(row) \
  ((row) & 1 ? row_at(PARTS(1), (row) >> 1, columns) : row_at(PARTS(0), (row) >> 1, columns))
#elif SEGMENTS == 1
#define ALL_SEGMENTS SEGMENT(0)
#define TOTAL_ROWS rows0
#define ROW_OF(row) row_at(PARTS(0), row, columns)
#elif SEGMENTS == 2
#define ALL_SEGMENTS SEGMENT(0), SEGMENT(1)
#define TOTAL_ROWS (rows0 + rows1)
#define ROW_OF(row) \
  ((row) < rows0 ? row_at(PARTS(0), row, columns) : row_at(PARTS(1), (row) - rows0, columns))
#else
#define ALL_SEGMENTS SEGMENT(0), SEGMENT(1), SEGMENT(2)
#define TOTAL_ROWS (rows0 + rows1 + rows2)
#define ROW_OF(row) \
  ((row) < rows0           ? row_at(PARTS(0), row, columns) \
   : (row) < rows0 + rows1 ? row_at(PARTS(1), (row) - rows0, columns) \
                           : row_at(PARTS(2), (row) - rows0 - rows1, columns))
#endif

// Stores a product of a row of a segment, with what is added to it.
#define STORE(n, token, row, product) \
  store( \
      output##n, bias##n, flags >> n & 1, residual, flags & HAS_RESIDUAL, token, first##n + (row), \
      width##n, product)

// Bits of the flags: 0 to 2, whether a segment has a bias.
#define HAS_RESIDUAL 8

void store(
    global float *output, global const float *bias, int has_bias, global const float *residual,
    int has_residual, int token, int column, int width, float product) {
  const size_t at = (size_t)token * width + column;
  float result = product;
  if (has_bias) {
    result += bias[column];
  }
  if (has_residual) {
    result += residual[at];
  }
  output[at] = result;
}

#if GATED
#define STORE_PAIR(token, pair, gate, up) \
  STORE(1, token, pair, activate(gate, activation) * (up))
#elif SEGMENTS == 1
#define STORE_ROW(token, row, product) STORE(0, token, row, product)
#elif SEGMENTS == 2
#define STORE_ROW(token, row, product) \
  if ((row) < rows0) { \
    STORE(0, token, row, product); \
  } else { \
    STORE(1, token, (row) - rows0, product); \
  }
#else
#define STORE_ROW(token, row, product) \
  if ((row) < rows0) { \
    STORE(0, token, row, product); \
  } else if ((row) < rows0 + rows1) { \
    STORE(1, token, (row) - rows0, product); \
  } else { \
    STORE(2, token, (row) - rows0 - rows1, product); \
  }
#endif
