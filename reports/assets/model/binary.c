/* Adds a network's part of the mean. */
static void finish(size_t network, const double *z, double *outputs)
{
  outputs[1] += networks[network].share * sigmoid(z[0]);
  outputs[0] += networks[network].share * sigmoid(-z[0]);
}

const char *predict_class(const double outputs[OUTPUTS])
{
  return predict_outputs[outputs[1] > threshold];
}
