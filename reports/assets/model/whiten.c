static void whiten(const double *x, double *z)
{
  size_t i;
  size_t j;
  for (i = 0; i < FEATURES; ++i) {
    z[i] = 0.0;
    for (j = 0; j < FEATURES; ++j) {
      z[i] += whitening[i * FEATURES + j] * x[j];
    }
  }
}
