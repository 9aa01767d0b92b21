/* Appends the periodic embeddings, WAVES numbers for each of EMBEDDED features. */
static void add_waves(double *x)
{
  size_t i;
  size_t j;
  size_t k;
  for (i = 0; i < EMBEDDED; ++i) {
    double *y = x + FEATURES + i * WAVES;
    for (j = 0; j < WAVES; ++j) {
      y[j] = wave_bias[i * WAVES + j];
    }
    for (k = 0; k < FREQUENCIES; ++k) {
      const double turns = (double)wave_frequency[i * FREQUENCIES + k] * x[wave_input[i]];
      const double c = cos(6.28318530717958648 * turns + wave_phase[i * FREQUENCIES + k]);
      for (j = 0; j < WAVES; ++j) {
        y[j] += wave_weight[(i * WAVES + j) * FREQUENCIES + k] * c;
      }
    }
  }
}
