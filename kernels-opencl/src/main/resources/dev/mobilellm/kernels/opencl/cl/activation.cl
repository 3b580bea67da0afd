// Element-wise activations; the numbers are those of the enumeration on the host.

#define SILU 0
#define GELU_TANH 1
#define RELU 2

float activate(float x, int activation) {
  if (activation == SILU) {
    return x / (1 + exp(-x));
  }
  if (activation == GELU_TANH) {
    return 0.5f * x * (1 + tanh(0.7978845608f * (x + 0.044715f * x * x * x)));
  }
  return fmax(x, 0.0f);
}
