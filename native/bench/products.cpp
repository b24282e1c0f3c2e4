// How near the products come to what the FMA units could do, on one thread, of the shapes that the bench's nets have:
// one JSON object a line. Counts the multiply-adds that are done, not those that are left out; "reading" loads as many
// vectors as a sparse product does and multiplies nothing, which is as fast as such a product can be.
//
//   products train-images-idx3-ubyte
//
// Rounds are interleaved, with a loop of multiply-adds in registers in each, so that a clock that changes changes for
// all. `best` is the least time of all rounds against the least time of that loop; `median` is of the rounds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "../engine/arena.h"
#include "../kernels/select.h"

using namespace myelin;

namespace {

using T = float;

constexpr size_t kRows = 64, kPixels = 784, kUnits = 128, kWide = 2048, kBatch = 128, kBlock = 48;
constexpr size_t kPieces = 32;                 // of digits, each kRows
constexpr ptrdiff_t kWideLd = kWide + 16;      // an odd number of lines apart, as activations are
constexpr ptrdiff_t kColumnsLd = kBatch + 16;  // the same of the transposed delta
constexpr ptrdiff_t kBytesLd = 13 * 64 + 64;   // pixels, an odd number of lines

struct Measure {
  std::string name;
  double flop;
  std::function<void()> body;
  std::vector<double> seconds, shares;
};

// One piece of digits, as the batcher leaves it: entries by row, bytes and marks by column.
struct Digits {
  std::vector<uint32_t> begin, end, index;
  std::vector<T> value;
  std::vector<uint8_t> bytes = std::vector<uint8_t>(kRows * kBytesLd);
  std::vector<uint64_t> marks = std::vector<uint64_t>(kBytesLd);

  explicit Digits(const char* pixels) {
    for (size_t r = 0; r < kRows; r++) {
      begin.push_back(static_cast<uint32_t>(index.size()));
      for (size_t c = 0; c < kPixels; c++) {
        const uint8_t pixel = static_cast<uint8_t>(pixels[r * kPixels + c]);
        bytes[r * kBytesLd + c] = pixel;
        if (pixel == 0) continue;
        marks[c] |= uint64_t{1} << r;
        index.push_back(static_cast<uint32_t>(c));
        value.push_back(static_cast<T>(pixel) / 255);
      }
      end.push_back(static_cast<uint32_t>(index.size()));
    }
  }
};

T* filled(Buffer& memory) {
  T* x = reinterpret_cast<T*>(memory.data());
  for (size_t i = 0; i < memory.size() / sizeof(T); i++) x[i] = static_cast<T>(i % 97) / 100;
  return x;
}

double seconds_of(const std::function<void()>& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<char> images(kPieces * kRows * kPixels);
  std::ifstream file(count == 2 ? arguments[1] : "", std::ios::binary);
  if (!file.seekg(16) || !file.read(images.data(), static_cast<std::streamsize>(images.size()))) {
    std::fprintf(stderr, "expected the path of MNIST's train-images-idx3-ubyte\n");
    return 2;
  }
  std::vector<Digits> digits;
  double entries = 0;
  for (size_t i = 0; i < kPieces; i++) {
    digits.emplace_back(images.data() + i * kRows * kPixels);
    entries += static_cast<double>(digits.back().index.size());
  }
  const KernelSet* set = selected_kernels();
  if (!set) return 2;
  const Kernels<T>& k = kernels_of<T>(*set);

  Buffer x_memory(kBatch * kWideLd * sizeof(T)), w_memory(kWide * kWide * sizeof(T)),
      y_memory(kBatch * kWideLd * sizeof(T)), columns_memory(kWide * kColumnsLd * sizeof(T)),
      block_memory(kRows * kColumnsLd * sizeof(T)), packed_memory(kBatch * kWide * sizeof(T));
  T *x = filled(x_memory), *w = filled(w_memory), *y = filled(y_memory), *columns = filled(columns_memory),
    *block = filled(block_memory), *packed = filled(packed_memory);
  T byte_value[256];
  for (int i = 0; i < 256; i++) byte_value[i] = static_cast<T>(i) / 255;
  constexpr size_t panel = kPanel<T>;
  constexpr ptrdiff_t panel_ld = static_cast<ptrdiff_t>(panel);

  std::vector<Measure> list;
  const auto add = [&](const char* name, double multiply_adds, size_t times, const std::function<void()>& once) {
    list.push_back({name,
                    2 * multiply_adds * static_cast<double>(times),
                    [=] {
                      for (size_t i = 0; i < times; i++) once();
                    },
                    {},
                    {}});
  };
  const double wide = static_cast<double>(kBatch * kWide * kWide);
  add("dense, all in L1", double{kBlock * 16 * 256}, 200, [&] {
    k.gemm({.a = x,
            .a_row = kWideLd,
            .a_k = 1,
            .b = w,
            .ldb = panel_ld,
            .c = block,
            .ldc = panel_ld,
            .m = kBlock,
            .n = 16,
            .k = 256});
  });
  add("2048-2048, 128 rows: forward", wide, 1, [&] {
    for (size_t p = 0; p < kWide; p += panel)
      k.gemm({.a = x,
              .a_row = kWideLd,
              .a_k = 1,
              .b = w + p * kWide,
              .ldb = panel_ld,
              .c = y + p,
              .ldc = kWideLd,
              .m = kBatch,
              .n = panel,
              .k = kWide});
  });
  add("2048-2048, 128 rows: input gradient", wide, 1, [&] {
    for (size_t i = 0; i < kWide; i += panel)
      k.gemm({.a = w + i * panel,
              .a_row = panel_ld,
              .a_k = 1,
              .a_block = panel,
              .a_block_stride = panel_ld * static_cast<ptrdiff_t>(kWide),
              .b = columns,
              .ldb = kColumnsLd,
              .c = block,
              .ldc = kColumnsLd,
              .m = panel,
              .n = kBatch,
              .k = kWide});
  });
  add("2048-2048, 128 rows: weight gradient", static_cast<double>(kWide / kBlock * kBlock * kWide * kBatch), 1, [&] {
    for (size_t p = 0; p < kWide; p += panel)
      for (size_t i = 0; i + kBlock <= kWide; i += kBlock)
        k.gemm({.a = packed + i * kBatch,
                .a_row = 1,
                .a_k = kBlock,
                .b = y + p,
                .ldb = kWideLd,
                .c = block,
                .ldc = panel_ld,
                .m = kBlock,
                .n = panel,
                .k = kBatch});
  });
  add("784-128 of digits: forward", entries * kUnits, 1, [&] {
    for (const Digits& d : digits)
      for (size_t p = 0; p < kUnits; p += panel)
        k.sparse_gemm({d.begin.data(), d.end.data(), d.index.data(), d.value.data(), w + p * kPixels, panel_ld,
                       block + p, kColumnsLd, nullptr, false, kRows, panel, kPixels});
  });
  add("784-128 of digits: weight gradient", entries * kUnits, 1, [&] {
    for (const Digits& d : digits)
      for (size_t p = 0; p < kUnits; p += panel)
        for (size_t i = 0; i < kPixels; i += kBlock)
          k.masked_gemm({.a = nullptr,
                         .bytes = d.bytes.data() + i,
                         .value = byte_value,
                         .a_k = kBytesLd,
                         .bits = d.marks.data() + i,
                         .b = y + p,
                         .ldb = kWideLd,
                         .c = block,
                         .ldc = panel_ld,
                         .accumulate = false,
                         .m = std::min(kBlock, kPixels - i),
                         .n = panel});
  });
  add("reading rows of 256 bytes from L1", double{kRows * panel}, 300, [&] {
    k.column_sum({kRows, panel, panel, panel_ld}, w, false, block);
  });
  add("reading rows of 256 bytes from L2", double{kPixels * panel}, 30, [&] {
    k.column_sum({kPixels, panel, panel, panel_ld}, w, false, block);
  });
  for (const auto& [name, inputs, units] : {std::tuple{"4-32, 64 rows: forward", size_t{4}, size_t{32}},
                                            {"32-16, 64 rows: forward", 32, 16},
                                            {"16-4, 64 rows: forward", 16, 4}}) {
    const size_t n = (units + 15) / 16 * 16, in = inputs;
    add(name, static_cast<double>(kRows * inputs * units), 300, [&, n, in] {
      k.gemm({.a = x,
              .a_row = 48,
              .a_k = 1,
              .b = w,
              .ldb = static_cast<ptrdiff_t>(n),
              .c = block,
              .ldc = 48,
              .bias = y,
              .m = kRows,
              .n = n,
              .k = in});
    });
  }

  T sink = 0;
  uint64_t loop_flop = 0;
  std::vector<double> loops;
  for (int round = 0; round < 101; round++) {
    loops.push_back(seconds_of([&] { loop_flop = k.fma_loop(40000, &sink); }));
    for (Measure& m : list) {
      m.seconds.push_back(seconds_of(m.body));
      m.shares.push_back(m.flop / m.seconds.back() / (static_cast<double>(loop_flop) / loops.back()));
    }
  }
  const double peak = static_cast<double>(loop_flop) / *std::min_element(loops.begin(), loops.end());
  std::printf("{\"isa\":\"%s\",\"peakGflops\":%.1f,\"density\":%.4f}\n", set->isa, peak / 1e9,
              entries / static_cast<double>(kPieces * kRows * kPixels));
  for (Measure& m : list)
    std::printf("{\"name\":\"%s\",\"best\":%.3f,\"median\":%.3f}\n", m.name.c_str(),
                m.flop / *std::min_element(m.seconds.begin(), m.seconds.end()) / peak, median(m.shares));
  return sink == 1 ? 1 : 0;  // so that the loop is not left out
}
