// Reads plain CSV: lines of as many numbers each, one delimiter between them, nothing else. Takes the text piece by
// piece and shares each piece out among threads; whatever is not plain is refused, and somebody else must read the
// file.
#ifndef MYELIN_ENGINE_CSV_H
#define MYELIN_ENGINE_CSV_H

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <vector>

#include "arena.h"
#include "dataset.h"
#include "pages.h"

namespace myelin {

struct CsvShape {
  size_t columns = 0;  // fields of a line, the label among them
  size_t label = 0;    // its column; none when not below `columns`
  char delimiter = ',';

  size_t features() const { return label < columns ? columns - 1 : columns; }
};

// Rows of one part of the text, in the smallest storage that loses nothing: it begins with bytes and grows when it
// must.
struct CsvBlock {
  Element element = Element::kU8;
  size_t rows = 0;
  Pages x;                     // rows × features elements
  std::vector<double> labels;  // one a row, or none
};

class CsvReader {
 public:
  // `part`: bytes of text that a thread takes at a time.
  CsvReader(const CsvShape& shape, int threads, size_t part = size_t{256} << 10);

  // Takes the next piece of the text, cut anywhere. False: it is not plain, or too much for the memory; the reader is
  // of no more use then.
  bool read(const char* text, size_t bytes);
  // After the last piece: takes the line that may be left and puts all rows together. False as above.
  bool finish();

  // Once finished. What is taken is gone.
  size_t rows() const { return rows_; }
  const CsvShape& shape() const { return shape_; }
  Element element() const { return element_; }
  Buffer take_features() { return std::move(features_); }
  const std::vector<double>& labels() const { return labels_; }

 private:
  bool read_lines(const char* text, const char* end);

  const CsvShape shape_;
  const int threads_;
  const size_t part_;
  std::string rest_;  // of a line whose end has not come yet
  std::vector<CsvBlock> blocks_;
  size_t rows_ = 0;
  Element element_ = Element::kU8;
  Buffer features_;
  std::vector<double> labels_;
};

}  // namespace myelin

#endif
