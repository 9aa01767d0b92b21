/* Adds a network's part of the mean. */
static void finish(size_t network, const double *z, double *outputs)
{
  const size_t at = network * OUTPUTS;
  size_t i;
  for (i = 0; i < OUTPUTS; ++i) {
    const double above = z[i] < least[at + i] ? least[at + i] : z[i];
    const double within = above > most[at + i] ? most[at + i] : above;
    const double y = within * target_deviation[at + i] + target_mean[at + i];
    outputs[i] += networks[network].share * y;
  }
}
