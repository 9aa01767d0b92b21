typedef struct {
  size_t count;
  size_t first; /* where they stand behind the features */
  const size_t *input;
  const float *low;
  const float *high;
} Bins;

/* Appends the bins of the piecewise-linear encoding: how far x has come through each, 0 to 1. */
static void add_bins(const Bins *bins, double *x)
{
  size_t i;
  for (i = 0; i < bins->count; ++i) {
    const double width = (double)bins->high[i] - bins->low[i];
    const double share = (x[bins->input[i]] - bins->low[i]) / width;
    x[bins->first + i] = share > 0.0 ? share < 1.0 ? share : 1.0 : 0.0;
  }
}
