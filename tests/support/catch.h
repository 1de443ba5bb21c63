#pragma once

// Catch2 by either of its names: version 3 (Debian 13, Ubuntu 24.04) or 2 (Debian 12).
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
