/* From the unscaled features to those that training had, as 32-bit numbers. */
static void scale(double *x)
{
  size_t i;
  for (i = 0; i < FEATURES; ++i) {
    x[i] = (float)((x[i] - centre[i]) * factor[i] + shift[i]);
  }
}
