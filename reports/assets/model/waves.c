typedef struct {
  size_t inputs;
  size_t frequencies;
  const size_t *input;
  const float *frequency; /* [inputs][frequencies] */
  const float *phase;
  const float *weight; /* [inputs][WAVES][frequencies] */
  const float *bias;   /* [inputs][WAVES] */
} Waves;

/* Appends the periodic embeddings to the features, WAVES numbers for each of some. */
static void add_waves(const Waves *waves, double *x)
{
  const size_t frequencies = waves->frequencies;
  size_t i;
  size_t j;
  size_t k;
  for (i = 0; i < waves->inputs; ++i) {
    double *y = x + FEATURES + i * WAVES;
    for (j = 0; j < WAVES; ++j) {
      y[j] = waves->bias[i * WAVES + j];
    }
    for (k = 0; k < frequencies; ++k) {
      const double turns = (double)waves->frequency[i * frequencies + k] * x[waves->input[i]];
      const double c = cos(6.28318530717958648 * turns + waves->phase[i * frequencies + k]);
      for (j = 0; j < WAVES; ++j) {
        y[j] += waves->weight[(i * WAVES + j) * frequencies + k] * c;
      }
    }
  }
}
