// One decimal number: [+-] digits [. digits] [e [+-] digits], to the nearest double, as JavaScript's Number() reads it.
#ifndef MYELIN_ENGINE_CSV_NUMBER_H
#define MYELIN_ENGINE_CSV_NUMBER_H

#include <stdint.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace myelin {

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Any digits, and where they end; for the numbers that are not read exactly by multiplying or dividing once.
inline double read_exactly(const char* begin, const char* end) {
#ifdef __cpp_lib_to_chars
  double value = 0;
  if (std::from_chars(begin, end, value).ec == std::errc()) return value;
#endif
  return std::strtod(std::string(begin, end).c_str(), nullptr);  // out of range: 0, subnormal or infinite
}

// Reads the number that begins at `at`; returns where it ends, or null when there is none or none that is finite. The
// text must end with something that belongs to no number.
inline const char* read_number(const char* at, double& value) {
  constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr int kMostDigits = 18;  // that surely fit the 64 bits of `digits`
  const bool negative = *at == '-';
  if (*at == '-' || *at == '+') at++;
  const char* begin = at;
  uint64_t digits = 0;
  int taken = 0, exponent = 0;
  while (is_digit(*at) && taken < kMostDigits) {
    digits = digits * 10 + static_cast<uint64_t>(*at++ - '0');
    taken++;
  }
  bool all = !is_digit(*at), any = taken > 0;
  while (is_digit(*at)) at++;
  if (*at == '.') {
    at++;
    while (is_digit(*at) && taken < kMostDigits) {
      digits = digits * 10 + static_cast<uint64_t>(*at++ - '0');
      taken++;
      exponent--;
      any = true;
    }
    all = all && !is_digit(*at);
    while (is_digit(*at)) at++;
  }
  if (!any) return nullptr;
  if (*at == 'e' || *at == 'E') {
    at++;
    const bool below = *at == '-';
    if (*at == '-' || *at == '+') at++;
    if (!is_digit(*at)) return nullptr;
    int power = 0;
    for (; is_digit(*at); at++) power = power < 10000 ? power * 10 + (*at - '0') : power;
    exponent += below ? -power : power;
  }
  // Both factors are exact below 2^53 and 10^23, so that one operation rounds once (Clinger 1990).
  if (all && digits <= uint64_t{1} << 53 && exponent >= -22 && exponent <= 22) {
    value = static_cast<double>(digits);
    value = exponent < 0 ? value / kPowers[-exponent] : value * kPowers[exponent];
  } else {
    value = read_exactly(begin, at);
  }
  if (!std::isfinite(value)) return nullptr;
  if (negative) value = 0 - value;  // -0 reads as 0, as it does among bytes
  return at;
}

}  // namespace myelin

#endif
