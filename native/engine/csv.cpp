#include "csv.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <system_error>
#include <thread>

#include "csv_number.h"

namespace myelin {
namespace {

size_t size_of(Element element) {
  return element == Element::kU8 ? sizeof(uint8_t) : element == Element::kF32 ? sizeof(float) : sizeof(double);
}

bool is_byte(double value) { return value >= 0 && value <= 255 && value == static_cast<uint8_t>(value); }

template <class To, class From>
void copy_as(const Pages& from, size_t count, char* to) {
  const From* source = reinterpret_cast<const From*>(from.data());
  To* target = reinterpret_cast<To*>(to);
  for (size_t i = 0; i < count; i++) target[i] = static_cast<To>(source[i]);
}

// `count` elements of `from`, as elements that are as wide or wider.
void widen(const Pages& from, Element from_element, size_t count, Element to_element, char* to) {
  if (from_element == to_element)
    memcpy(to, from.data(), count * size_of(to_element));
  else if (from_element == Element::kF32)
    copy_as<double, float>(from, count, to);
  else if (to_element == Element::kF32)
    copy_as<float, uint8_t>(from, count, to);
  else
    copy_as<double, uint8_t>(from, count, to);
}

// Calls task(i) for each i below `tasks`, on several threads where the system gives them; tasks must not throw. Not
// ThreadPool, whose threads take subnormal numbers for zero.
template <class Task>
void share_out(size_t tasks, int threads, Task task) {
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < tasks; i = next++) task(i);
  };
  std::vector<std::thread> others;
  try {
    for (int i = 1; i < threads && static_cast<size_t>(i) < tasks; i++) others.emplace_back(work);
  } catch (const std::exception&) {
    // go on with those there are
  }
  work();
  for (std::thread& thread : others) thread.join();
}

// Reads the lines of one part into a block.
class PartReader {
 public:
  PartReader(const CsvShape& shape, CsvBlock& block) : shape_(shape), block_(block), features_(shape.features()) {}

  // The text ends with a newline.
  bool read(const char* at, const char* end) {
    // A row takes two characters a field at least, so that empty lines reserve nothing.
    const size_t lines = static_cast<size_t>(std::count(at, end, '\n'));
    capacity_ = std::min(lines, static_cast<size_t>(end - at) / (2 * shape_.columns));
    block_.x = Pages(capacity_ * features_);
    if (shape_.label < shape_.columns) block_.labels.reserve(capacity_);
    row_.resize(features_);
    while (at < end) {
      if (const char* next = skip_newline(at)) {
        at = next;  // an empty line
        continue;
      }
      const char* next = block_.element == Element::kU8 ? read_bytes(at, end) : nullptr;
      if (!next) next = read_row(at);
      if (!next) return false;
      at = next;
      block_.rows++;
    }
    return true;
  }

 private:
  static const char* skip_newline(const char* at) {
    if (*at == '\n') return at + 1;
    return *at == '\r' && at[1] == '\n' ? at + 2 : nullptr;
  }
  bool is_blank(char c) const { return (c == ' ' || c == '\t') && c != shape_.delimiter; }

  // One field and what ends it: the delimiter, or the end of the line after the last.
  const char* read_field(const char* at, size_t column, double& value) const {
    while (is_blank(*at)) at++;
    at = read_number(at, value);
    if (!at) return nullptr;
    while (is_blank(*at)) at++;
    if (column + 1 == shape_.columns) return skip_newline(at);
    return *at == shape_.delimiter ? at + 1 : nullptr;
  }

  // `count` fields of one to three digits each, none above 255, with the delimiter behind each.
  const char* read_byte_fields(const char* at, const char* end, size_t count, uint8_t* to) const {
    char zeros[8] = {'0', shape_.delimiter, '0', shape_.delimiter, '0', shape_.delimiter, '0', shape_.delimiter};
    uint64_t four_zeros = 0;
    memcpy(&four_zeros, zeros, sizeof zeros);
    for (size_t i = 0; i < count;) {
      uint64_t word = 0;
      if (i + 4 <= count && end - at >= 8) memcpy(&word, at, sizeof word);
      if (word == four_zeros) {
        memset(to + i, 0, 4);
        i += 4;
        at += 8;
        continue;
      }
      if (!is_digit(*at)) return nullptr;
      int value = *at++ - '0';
      if (is_digit(*at)) value = value * 10 + (*at++ - '0');
      if (is_digit(*at)) value = value * 10 + (*at++ - '0');
      if (*at++ != shape_.delimiter || value > 255) return nullptr;
      to[i++] = static_cast<uint8_t>(value);
    }
    return at;
  }

  // A row whose features are written as in read_byte_fields(); null when it is anything else, even if it can be read.
  const char* read_bytes(const char* at, const char* end) {
    if (block_.rows == capacity_) return nullptr;
    uint8_t* to = reinterpret_cast<uint8_t*>(block_.x.data()) + block_.rows * features_;
    const size_t last = shape_.columns - 1;
    double value = 0, label = 0;
    const size_t before = std::min(shape_.label, last);
    at = read_byte_fields(at, end, before, to);
    if (at && shape_.label < shape_.columns) {
      at = read_field(at, shape_.label, label);
      if (at && shape_.label < last) at = read_byte_fields(at, end, last - shape_.label - 1, to + before);
    }
    if (at && shape_.label != last) {
      at = read_field(at, last, value);
      if (!is_byte(value)) return nullptr;
      to[features_ - 1] = static_cast<uint8_t>(value);
    }
    if (at && shape_.label < shape_.columns) block_.labels.push_back(label);
    return at;
  }

  const char* read_row(const char* at) {
    if (block_.rows == capacity_) return nullptr;
    double label = 0;
    double* to = row_.data();
    for (size_t column = 0; at && column < shape_.columns; column++)
      at = read_field(at, column, column == shape_.label ? label : *to++);
    if (!at) return nullptr;
    store_row();
    if (shape_.label < shape_.columns) block_.labels.push_back(label);
    return at;
  }

  void store_row() {
    if (block_.element == Element::kU8 && !std::all_of(row_.begin(), row_.end(), is_byte)) grow(Element::kF32);
    const auto is_single = [](double value) { return static_cast<double>(static_cast<float>(value)) == value; };
    if (block_.element == Element::kF32 && !std::all_of(row_.begin(), row_.end(), is_single)) grow(Element::kF64);
    char* to = block_.x.data() + block_.rows * features_ * size_of(block_.element);
    for (size_t i = 0; i < features_; i++) {
      if (block_.element == Element::kU8) reinterpret_cast<uint8_t*>(to)[i] = static_cast<uint8_t>(row_[i]);
      if (block_.element == Element::kF32) reinterpret_cast<float*>(to)[i] = static_cast<float>(row_[i]);
      if (block_.element == Element::kF64) reinterpret_cast<double*>(to)[i] = row_[i];
    }
  }

  void grow(Element element) {
    Pages wider(capacity_ * features_ * size_of(element));
    widen(block_.x, block_.element, block_.rows * features_, element, wider.data());
    block_.x = std::move(wider);
    block_.element = element;
  }

  const CsvShape& shape_;
  CsvBlock& block_;
  const size_t features_;
  size_t capacity_ = 0;      // rows
  std::vector<double> row_;  // features
};

}  // namespace

CsvReader::CsvReader(const CsvShape& shape, int threads, size_t part) : shape_(shape), threads_(threads), part_(part) {}

bool CsvReader::read(const char* text, size_t bytes) {
  const char* end = text + bytes;
  const char* first = static_cast<const char*>(memchr(text, '\n', bytes));
  if (!first) {
    rest_.append(text, bytes);
    return true;
  }
  if (!rest_.empty()) {
    rest_.append(text, first + 1);
    const std::string line = std::move(rest_);
    if (!read_lines(line.data(), line.data() + line.size())) return false;
    text = first + 1;
  }
  const char* last = end;
  while (last > text && last[-1] != '\n') last--;
  rest_.assign(last, end);
  return read_lines(text, last);
}

// Whole lines.
bool CsvReader::read_lines(const char* text, const char* end) {
  std::vector<const char*> cuts = {text};
  while (cuts.back() < end) {
    const char* at = end - cuts.back() > static_cast<ptrdiff_t>(part_) ? cuts.back() + part_ : end;
    while (at[-1] != '\n') at++;
    cuts.push_back(at);
  }
  const size_t parts = cuts.size() - 1, first = blocks_.size();
  blocks_.resize(first + parts);
  std::atomic<bool> plain{true};
  share_out(parts, threads_, [&](size_t i) {
    try {
      if (plain && !PartReader(shape_, blocks_[first + i]).read(cuts[i], cuts[i + 1])) plain = false;
    } catch (const std::bad_alloc&) {
      plain = false;
    }
  });
  return plain;
}

bool CsvReader::finish() {
  if (!rest_.empty()) {
    rest_ += '\n';
    if (!read_lines(rest_.data(), rest_.data() + rest_.size())) return false;
  }
  for (const CsvBlock& block : blocks_) {
    rows_ += block.rows;
    element_ = std::max(element_, block.element);
  }
  const size_t width = shape_.features() * size_of(element_);
  features_ = Buffer(rows_ * width);
  if (shape_.label < shape_.columns) labels_.reserve(rows_);
  char* to = features_.data();
  for (CsvBlock& block : blocks_) {
    widen(block.x, block.element, block.rows * shape_.features(), element_, to);
    to += block.rows * width;
    labels_.insert(labels_.end(), block.labels.begin(), block.labels.end());
    block = CsvBlock();  // so that no more is held than the rows and one block
  }
  blocks_.clear();
  return true;
}

}  // namespace myelin
