// output[row][column] = activation(gate . n) * (up . n), with n = x / rms(x) * norm.
// The norm's factor is the same for a whole row: it is summed along with both products and
// multiplied behind them, so the input is read once.

#define SILU(x) ((x) / (1.0f + exp(-(x))))
#define GELU_TANH(x) (0.5f * (x) * (1.0f + tanh(0.7978845608f * ((x) + 0.044715f * (x) * (x) * (x)))))
#define RELU(x) fmax((x), 0.0f)

kernel void gated(
    global const float *input,
    global const float *norm,
    global const float *gate,
    global const float *up,
    float eps,
    int width,
    int columns,
    global float *output) {
  const int column = get_global_id(0);
  const int row = get_global_id(1);
  if (column >= columns) {
    return;
  }
  const global float *x = input + (size_t)row * width;
  const size_t weights = (size_t)column * width;
  float squares = 0.0f;
  float gated = 0.0f;
  float upper = 0.0f;
  for (int i = 0; i < width; i++) {
    const float value = x[i];
    const float scaled = value * norm[i];
    squares = fma(value, value, squares);
    gated = fma(scaled, gate[weights + i], gated);
    upper = fma(scaled, up[weights + i], upper);
  }
  const float factor = 1.0f / sqrt(squares / width + eps);
  const float activated = gated * factor;
  output[(size_t)row * columns + column] = ACTIVATE(activated) * (upper * factor);
}
