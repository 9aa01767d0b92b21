/* Adds a network's part of the mean. */
static void finish(size_t network, double *z, double *outputs)
{
  double largest = z[0];
  double sum = 0.0;
  size_t i;
  for (i = 1; i < OUTPUTS; ++i) {
    largest = z[i] > largest ? z[i] : largest;
  }
  for (i = 0; i < OUTPUTS; ++i) {
    z[i] = exp(z[i] - largest);
    sum += z[i];
  }
  for (i = 0; i < OUTPUTS; ++i) {
    outputs[i] += networks[network].share * (z[i] / sum);
  }
}

const char *predict_class(const double outputs[OUTPUTS])
{
  size_t best = 0;
  size_t i;
  for (i = 1; i < OUTPUTS; ++i) {
    best = outputs[i] > outputs[best] ? i : best;
  }
  return predict_outputs[best];
}
