#pragma once
// The C library's own module comes first, so that its types are not taken for this module's.
#if __has_feature(modules) && defined(__linux__)
#pragma clang module import SwiftGlibc
#endif
#include <zlib.h>
