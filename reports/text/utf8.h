// Texts as characters, for the reports: the reading of UTF-8 is nn's.
#pragma once

#include "nn/base/utf8.h"
