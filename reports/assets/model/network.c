/* ---- the networks ---- */

typedef enum {
  LINEAR, STEP, SIGMOID, TANH, RELU, LEAKY_RELU, ELU, MAXOUT, MISH, SILU, GELU, SELU
} Activation;

typedef struct {
  size_t in;
  size_t out;
  size_t pieces;       /* linear functions of each unit; above 1 for maxout */
  const float *weight; /* [in][pieces][out] */
  const float *bias;   /* [pieces][out] */
  const float *mean;   /* of batch normalisation, like bias; NULL: none */
  const double *factor;
  const float *beta;
  Activation activation;
  double parameter; /* the slope of LEAKY_RELU, the alpha of ELU */
} Layer;

typedef struct {
  double share; /* of its answers in the mean of all networks */
  const Layer *layers;
  size_t count;
} Network;

static double sigmoid(double x)
{
  const double e = exp(-fabs(x));
  return (x > 0.0 ? 1.0 : e) / (1.0 + e);
}

static double activate(Activation f, double parameter, double x)
{
  switch (f) {
    case STEP:
      return x > 0.0 ? 1.0 : 0.0;
    case SIGMOID:
      return sigmoid(x);
    case TANH:
      return tanh(x);
    case RELU:
      return x > 0.0 ? x : 0.0;
    case LEAKY_RELU:
      return x > 0.0 ? x : parameter * x;
    case ELU:
      return x > 0.0 ? x : parameter * expm1(x);
    case MISH:
      return x * tanh(log1p(exp(x)));
    case SILU:
      return x * sigmoid(x);
    case GELU:
      return 0.5 * x * erfc(-x * 0.70710678118654752);
    case SELU:
      return 1.0507009873554805 * (x > 0.0 ? x : 1.6732632423543772 * expm1(x));
    default:
      return x;
  }
}

/* Sums in double precision, from the input x to the output z; both have room for every layer. */
static void run_layer(const Layer *layer, const double *x, double *z)
{
  const size_t columns = layer->pieces * layer->out;
  size_t i;
  size_t j;
  for (j = 0; j < columns; ++j) {
    z[j] = layer->bias[j];
  }
  for (i = 0; i < layer->in; ++i) {
    const float *weight = layer->weight + i * columns;
    const double input = x[i];
    if (input != 0.0) {
      for (j = 0; j < columns; ++j) {
        z[j] += input * weight[j];
      }
    }
  }
  if (layer->mean != NULL) {
    for (j = 0; j < columns; ++j) {
      z[j] = (z[j] - layer->mean[j]) * layer->factor[j] + layer->beta[j];
    }
  }
  for (i = 1; i < layer->pieces; ++i) {
    for (j = 0; j < layer->out; ++j) {
      z[j] = z[i * layer->out + j] > z[j] ? z[i * layer->out + j] : z[j];
    }
  }
  for (j = 0; j < layer->out; ++j) {
    z[j] = activate(layer->activation, layer->parameter, z[j]);
  }
}
