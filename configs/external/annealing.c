// Simulated annealing of a tour through 60 cities. Prints its length.
//
// By hand: cc -O2 -o annealing annealing.c -lm && ./annealing --temperature=0.3 --cooling=0.9999
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kCities = 60, kMoves = 200000 };

static double x[kCities], y[kCities];
static int tour[kCities];
static uint64_t state;

// xorshift64*, uniform in [0, 1).
static double uniform(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (double)((state * 0x2545F4914F6CDD1DULL) >> 11) / 9007199254740992.0;
}

static double distance(int a, int b) {
  return hypot(x[tour[a]] - x[tour[b]], y[tour[a]] - y[tour[b]]);
}

int main(int count, char** arguments) {
  double temperature = 0.3;
  double cooling = 0.9999;
  int reach = kCities;
  for (int i = 1; i < count; ++i) {
    if (strncmp(arguments[i], "--temperature=", 14) == 0) {
      temperature = atof(arguments[i] + 14);
    } else if (strncmp(arguments[i], "--cooling=", 10) == 0) {
      cooling = atof(arguments[i] + 10);
    } else if (strncmp(arguments[i], "--reach=", 8) == 0) {
      reach = atoi(arguments[i] + 8);
    } else {
      fprintf(stderr, "annealing: unknown argument %s\n", arguments[i]);
      return 2;
    }
  }
  if (reach < 1 || reach > kCities) {
    fprintf(stderr, "annealing: --reach=%d is not from 1 to %d\n", reach, kCities);
    return 2;
  }

  // The cities are the same for all trials; the moves differ by the trial's seed.
  state = 20240229;
  for (int i = 0; i < kCities; ++i) {
    x[i] = uniform();
    y[i] = uniform();
    tour[i] = i;
  }
  const char* seed = getenv("HPSEARCH_SEED");
  state = (seed != NULL ? strtoull(seed, NULL, 10) : 0) * 2 + 1;  // never 0
  for (int i = 0; i < 100; ++i) {
    uniform();  // nearby seeds begin alike
  }

  for (int move = 0; move < kMoves; ++move, temperature *= cooling) {
    // Turns a stretch of the tour round, of at most `reach` cities.
    const int first = 1 + (int)(uniform() * (kCities - 1));
    int last = first + (int)(uniform() * reach);
    if (last >= kCities) {
      last = kCities - 1;
    }
    const int after = (last + 1) % kCities;
    const double longer = distance(first - 1, last) + distance(first, after) -
                          distance(first - 1, first) - distance(last, after);
    if (longer <= 0 || uniform() < exp(-longer / temperature)) {
      for (int a = first, b = last; a < b; ++a, --b) {
        const int city = tour[a];
        tour[a] = tour[b];
        tour[b] = city;
      }
    }
  }

  double length = 0;
  for (int i = 0; i < kCities; ++i) {
    length += distance(i, (i + 1) % kCities);
  }
  printf("%.6f\n", length);  // a last line that is one number is the metric
  return 0;
}
