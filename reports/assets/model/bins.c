/* Appends the bins of the piecewise-linear encoding: how far x has come through each, 0 to 1. */
static void add_bins(double *x)
{
  size_t i;
  for (i = 0; i < BINS; ++i) {
    const double share = (x[bin_input[i]] - bin_low[i]) / ((double)bin_high[i] - bin_low[i]);
    x[FIRST_BIN + i] = share > 0.0 ? share < 1.0 ? share : 1.0 : 0.0;
  }
}
