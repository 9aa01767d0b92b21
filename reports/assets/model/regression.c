static void finish(const double *z, double *outputs)
{
  size_t i;
  for (i = 0; i < OUTPUTS; ++i) {
    outputs[i] = z[i] * target_deviation[i] + target_mean[i];
  }
}
