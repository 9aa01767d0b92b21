static void finish(const double *z, double *outputs)
{
  size_t i;
  for (i = 0; i < OUTPUTS; ++i) {
    const double above = z[i] < least[i] ? least[i] : z[i];
    outputs[i] = (above > most[i] ? most[i] : above) * target_deviation[i] + target_mean[i];
  }
}
