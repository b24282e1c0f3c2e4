// A libFuzzer target for the reader of plain CSV. The first bytes choose the shape, the threads and where the text is
// cut, the rest is the text. However it is cut, the result must be the same, no larger than the text justifies, and its
// numbers must be what strtod finds. Built by -DMYELIN_BUILD_FUZZERS=ON with clang, run by scripts/fuzz.mjs.
#include <cstdlib>

#include "../engine/csv.h"
#include "../engine/csv_number.h"

using namespace myelin;

namespace {

struct Outcome {
  bool plain = false;
  size_t rows = 0;
  Element element = Element::kU8;
  Buffer x;
  std::vector<double> labels;
};

void require(bool holds) {
  if (!holds) std::abort();
}

Outcome read_in_pieces(const CsvShape& shape, int threads, const char* text, size_t bytes, size_t piece, size_t part) {
  Outcome outcome;
  CsvReader reader(shape, threads, part);
  for (size_t at = 0; at < bytes; at += piece) {
    // memory of its own: reading past its end is an error that the sanitizer sees
    const std::vector<char> copy(text + at, text + std::min(at + piece, bytes));
    if (!reader.read(copy.data(), copy.size())) return outcome;
  }
  if (!reader.finish()) return outcome;
  outcome.plain = true;
  outcome.rows = reader.rows();
  outcome.element = reader.element();
  outcome.x = reader.take_features();
  outcome.labels = reader.labels();
  return outcome;
}

void check_number(const char* text, size_t bytes) {
  const std::string line = std::string(text, std::min(bytes, size_t{64})) + "\n";
  double value = 0;
  const char* end = read_number(line.data(), value);
  if (!end) return;
  const std::string number(line.data(), end);
  require(value == std::strtod(number.c_str(), nullptr));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 6) return 0;
  const size_t columns = 1 + data[0] % 12;
  CsvShape shape{columns, data[1] % (columns + 1), ",;\t| "[data[2] % 5]};
  if (shape.features() == 0) shape.label = columns;
  const int threads = 1 + data[3] % 2;
  const size_t piece = 1 + 16 * size_t{data[4]}, part = 1 + size_t{data[5]};
  const char* text = reinterpret_cast<const char*>(data) + 6;
  const size_t bytes = size - 6;
  check_number(text, bytes);

  const Outcome whole = read_in_pieces(shape, 1, text, bytes, bytes + 1, bytes + 1);
  const Outcome cut = read_in_pieces(shape, threads, text, bytes, piece, part);
  require(whole.plain == cut.plain && whole.rows == cut.rows);
  if (!whole.plain) return 0;
  require(whole.element == cut.element && whole.x.size() == cut.x.size());
  require(whole.x.size() == 0 || memcmp(whole.x.data(), cut.x.data(), whole.x.size()) == 0);
  require(whole.labels == cut.labels);
  // a field takes two characters, but for the last of the text
  require(whole.rows * columns * 2 <= bytes + 1);
  require(whole.labels.size() == (shape.label < columns ? whole.rows : 0));
  return 0;
}
