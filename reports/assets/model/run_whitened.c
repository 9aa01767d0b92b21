/* From the unscaled features x to the network's outputs, which it returns: x or z. */
static const double *run(double *x, double *z)
{
  size_t i;
  size_t j;
  double *input;
  for (i = 0; i < FEATURES; ++i) {
    x[i] = (float)((x[i] - centre[i]) * factor[i] + shift[i]);
  }
  for (i = 0; i < FEATURES; ++i) {
    z[i] = 0.0;
    for (j = 0; j < FEATURES; ++j) {
      z[i] += whitening[i * FEATURES + j] * x[j];
    }
  }
  input = x;
  x = z;
  z = input;
  for (i = 0; i < sizeof layers / sizeof layers[0]; ++i) {
    run_layer(&layers[i], x, z);
    input = x;
    x = z;
    z = input;
  }
  return x;
}
