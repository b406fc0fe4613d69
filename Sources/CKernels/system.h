// What the loops need of the C library; stands outside the attribute push.
#pragma once
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
