/* Adds a network's part of the mean. */
static void finish(size_t network, const double *z, double *outputs)
{
  const size_t at = network * OUTPUTS;
  size_t i;
  for (i = 0; i < OUTPUTS; ++i) {
    const double y = z[i] * target_deviation[at + i] + target_mean[at + i];
    outputs[i] += networks[network].share * y;
  }
}
