/* From the unscaled features x to the network's outputs, which it returns: x or z. */
static const double *run(double *x, double *z)
{
  size_t i;
  for (i = 0; i < FEATURES; ++i) {
    x[i] = (float)((x[i] - centre[i]) * factor[i] + shift[i]);
  }
  for (i = 0; i < sizeof layers / sizeof layers[0]; ++i) {
    double *input = x;
    run_layer(&layers[i], x, z);
    x = z;
    z = input;
  }
  return x;
}
