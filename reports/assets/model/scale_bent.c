/* From the unscaled features to those that training had, as 32-bit numbers. */
static void scale(double *x)
{
  size_t i;
  for (i = 0; i < FEATURES; ++i) {
    const double z = (x[i] - centre[i]) * factor[i] + shift[i];
    x[i] = (float)(z / sqrt(1.0 + bend[i] * z * bend[i] * z));
  }
}
