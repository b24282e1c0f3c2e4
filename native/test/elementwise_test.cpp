// Everything that is not a product, on every instruction set against scalar, bit for bit, over widths 1 … 70 and odd
// row distances, with guard bands. What the values should be is checked against Keras, PyTorch and finite differences
// in test/*.test.ts; here only that they are the same everywhere and stay inside their rows.
#include <functional>
#include <limits>

#include "check.h"

using namespace myelin;
using namespace myelin::test;

namespace {

template <class T>
struct Case {
  size_t rows, cols, n, words;
  ptrdiff_t ld;
  Extent extent;
  Matrix<T> x, y, z, gamma, beta, positive, probability;  // inputs
  std::vector<uint64_t> bits;

  Case(Random& random, size_t rows_, size_t cols_)
      : rows(rows_),
        cols(cols_),
        n(padded(cols, kLanes<T>)),
        words((n + 63) / 64),
        ld(static_cast<ptrdiff_t>(n + kLanes<T> * random.below(3))),
        extent{rows, cols, n, ld},
        x(rows, n, ld),
        y(rows, n, ld),
        z(rows, n, ld),
        gamma(1, n, static_cast<ptrdiff_t>(n)),
        beta(1, n, static_cast<ptrdiff_t>(n)),
        positive(1, n, static_cast<ptrdiff_t>(n)),
        probability(rows, n, ld),
        bits(rows * words) {
    x.fill(random, cols, -6, 6, 0.2);
    y.fill(random, cols, 0, 1, 0.3);
    z.fill(random, cols, -30, 30);
    gamma.fill(random, cols);
    beta.fill(random, cols);
    positive.fill(random, cols, 0.1, 3);
    probability.fill(random, cols, 0.001, 0.999);
    for (uint64_t& word : bits) word = random.next();
  }
  Matrix<T> room() const { return Matrix<T>(rows, n, ld); }
  Matrix<T> row() const { return Matrix<T>(1, n, static_cast<ptrdiff_t>(n)); }
};

// What one kernel wrote.
template <class T>
using Outputs = std::vector<Matrix<T>>;
template <class T>
using Body = std::function<Outputs<T>(const Kernels<T>&, Case<T>&)>;

template <class T>
Outputs<T> one(const Matrix<T>& a) {
  return {a};
}

template <class T>
LossArgs<T> loss_args(Case<T>& c, Matrix<T>& row_loss, Matrix<T>& dp, bool weighted) {
  return {
      c.extent, c.probability.data(), c.y.data(), weighted ? c.z.data() : nullptr, row_loss.data(), dp.data(), T(0.25),
      T(0.7)};
}

template <class T>
std::vector<std::pair<std::string, Body<T>>> bodies() {
  std::vector<std::pair<std::string, Body<T>>> list;
  const auto add = [&](const std::string& name, Body<T> body) { list.emplace_back(name, std::move(body)); };

  for (int a = 0; a < static_cast<int>(Activation::kCount); a++) {
    add("activate " + std::to_string(a), [a](const Kernels<T>& k, Case<T>& c) {
      Matrix<T> y = c.room();
      k.activate[a](c.extent, c.z.data(), y.data(), T(0.3));
      return one(y);
    });
    add("activate_gradient " + std::to_string(a), [a](const Kernels<T>& k, Case<T>& c) {
      Matrix<T> dy(c.x);
      k.activate_gradient[a](c.extent, c.z.data(), c.y.data(), dy.data(), T(0.3));
      return one(dy);
    });
  }
  const auto add_loss = [&](const std::string& name, auto pick) {
    for (const bool weighted : {false, true})
      add(name, [pick, weighted](const Kernels<T>& k, Case<T>& c) {
        Matrix<T> row_loss(1, c.rows, static_cast<ptrdiff_t>(c.rows)), dp = c.room();
        pick(k)(loss_args(c, row_loss, dp, weighted && c.rows <= c.n));
        return Outputs<T>{row_loss, dp};
      });
  };
  for (int l = 0; l < static_cast<int>(Loss::kCount); l++)
    add_loss("loss " + std::to_string(l), [l](const Kernels<T>& k) { return k.loss[l]; });
  add_loss("softmax_crossentropy", [](const Kernels<T>& k) { return k.softmax_crossentropy; });
  add_loss("sigmoid_crossentropy", [](const Kernels<T>& k) { return k.sigmoid_crossentropy; });

  for (int o = 0; o < static_cast<int>(Optimizer::kCount); o++)
    for (const bool variant : {false, true})
      add("update " + std::to_string(o), [o, variant](const Kernels<T>& k, Case<T>& c) {
        OptimizerStep<T> s{};
        s.kind = static_cast<Optimizer>(o);
        s.nesterov = s.centered = s.amsgrad = variant;
        s.learning_rate = T(0.1), s.momentum = variant ? T(0.9) : T(0), s.rho = T(0.95), s.beta1 = T(0.9),
        s.beta2 = T(0.99);
        s.epsilon = T(1e-7), s.decay = T(0.001), s.gradient_scale = T(0.5), s.clip_value = variant ? T(0.4) : T(0),
        s.alpha = T(0.2);
        s.m_factor = T(1.1), s.g_factor = T(0.2), s.v_factor = T(3);
        Matrix<T> w(c.gamma), s0(c.positive), s1(c.positive), s2(c.positive);
        // rmsprop's third state is a mean of gradients: its square must stay below the mean of squares.
        for (size_t i = 0; i < c.n; i++) s2.at(0, i) = T(0);
        k.update(s, w.data(), c.beta.data(), s0.data(), s1.data(), s2.data(), c.n);
        return Outputs<T>{w, s0, s1, s2};
      });
  add("regularize", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> g(c.beta);
    k.regularize(g.data(), c.gamma.data(), T(0.01), T(0.02), c.n);
    return one(g);
  });
  add("sum_abs_squares", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> out(1, 2, 2);
    k.sum_abs_squares(c.gamma.data(), c.n, &out.at(0, 0), &out.at(0, 1));
    return one(out);
  });
  add("column_sum_squares", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> out = c.row();
    k.column_sum_squares(c.extent, c.x.data(), out.data());
    return one(out);
  });
  add("scale_columns", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> w(c.x);
    k.scale_columns(c.extent, w.data(), c.gamma.data());
    return one(w);
  });
  add("clamp_negative", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> w(c.gamma);
    k.clamp_negative(w.data(), c.n);
    return one(w);
  });
  add("column_sum", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> out = c.row();
    k.column_sum(c.extent, c.x.data(), false, out.data());
    return one(out);
  });
  add("column_sum taken up again", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> whole = c.row(), out = c.row();
    const size_t half = c.rows / 2;
    Extent begin = c.extent, rest = c.extent;
    begin.rows = half, rest.rows = c.rows - half;
    k.column_sum(c.extent, c.x.data(), false, whole.data());
    k.column_sum(begin, c.x.data(), false, out.data());
    k.column_sum(rest, &c.x.at(half, 0), true, out.data());
    check(std::memcmp(out.data(), whole.data(), c.n * sizeof(T)) == 0, "column_sum in two halves");
    return one(out);
  });
  add("transpose", [](const Kernels<T>& k, Case<T>& c) {
    const size_t n = padded(c.rows, kLanes<T>);
    const ptrdiff_t ld = static_cast<ptrdiff_t>(n + kLanes<T>);
    Matrix<T> out(c.n, n, ld);
    k.transpose(c.extent, c.x.data(), out.data(), ld, n);
    bool right = true;
    for (size_t r = 0; r < n; r++)
      for (size_t j = 0; j < c.n; j++) right = right && out.at(j, r) == (r < c.rows ? c.x.at(r, j) : T(0));
    if (!right) check(false, "transposed values");
    return one(out);
  });
  add("compress", [](const Kernels<T>& k, Case<T>& c) {
    std::vector<uint32_t> begin(c.rows), end(c.rows), index(c.rows * c.n + 5);
    Matrix<T> value(1, c.rows * c.n + 5, static_cast<ptrdiff_t>(c.rows * c.n + 5)), spread = c.room();
    k.compress(c.extent, c.x.data(), 5, begin.data(), end.data(), index.data(), value.data());
    bool right = true;
    for (size_t r = 0; r < c.rows; r++) {
      for (size_t j = 0; j < c.n; j++) spread.at(r, j) = 0;
      size_t entries = 0;
      for (size_t j = 0; j < c.cols; j++) entries += c.x.at(r, j) != 0;
      right = right && begin[r] == 5 + r * c.n && end[r] - begin[r] == entries;
      for (uint32_t e = begin[r]; e < end[r]; e++) {
        right = right && (e == begin[r] || index[e - 1] < index[e]);
        spread.at(r, index[e]) = value.at(0, e);
      }
      for (size_t j = 0; j < c.n; j++) right = right && spread.at(r, j) == c.x.at(r, j);
    }
    if (!right) check(false, "compressed values");
    return one(spread);
  });
  add("convert", [](const Kernels<T>& k, Case<T>& c) {
    std::vector<uint8_t> bytes(c.cols + 1);
    std::vector<float> floats(c.cols + 1);
    std::vector<double> doubles(c.cols + 1);
    for (size_t i = 0; i < c.cols; i++)
      bytes[i + 1] = static_cast<uint8_t>(i * 37), floats[i + 1] = static_cast<float>(i) / 3,
                doubles[i + 1] = static_cast<double>(i) / 7;
    Matrix<T> a = c.row(), b = c.row(), d = c.row();
    k.convert_u8(bytes.data() + 1, a.data(), c.cols, c.n, T(1.0 / 255));
    k.convert_f32(floats.data() + 1, b.data(), c.cols, c.n, T(0.3));
    k.convert_f64(doubles.data() + 1, d.data(), c.cols, c.n, T(0.3));
    return Outputs<T>{a, b, d};
  });
  add("masks", [](const Kernels<T>& k, Case<T>& c) {
    std::vector<uint64_t> bits(c.rows * c.words);
    k.draw_mask({42, 5, 3}, 7, c.rows, c.words, 0x80000000u, bits.data());
    Matrix<T> a = c.room(), b(c.x);
    k.apply_mask(c.extent, c.x.data(), bits.data(), c.words, T(1.25), T(0), T(0), a.data());
    k.apply_mask(c.extent, b.data(), c.bits.data(), c.words, T(0.9), T(0.1), T(-1), b.data());
    return Outputs<T>{a, b};
  });
  add("noise", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> y = c.room(), u(1, c.cols, static_cast<ptrdiff_t>(c.cols)), v(1, c.cols, static_cast<ptrdiff_t>(c.cols));
    k.add_noise(c.extent, {42, 6, 1ull << 40}, 3, c.x.data(), T(0.5), y.data());
    k.fill_uniform({1, 2, 3}, u.data(), c.cols);
    k.fill_normal({1, 2, 3}, v.data(), c.cols);
    return Outputs<T>{y, u, v};
  });
  add("multiply", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> y = c.room(), p = c.room();
    k.multiply(c.extent, c.x.data(), T(0.7), y.data());
    k.multiply_into(c.extent, c.x.data(), c.z.data(), p.data());
    return Outputs<T>{y, p};
  });
  add("batch normalization", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> mean = c.row(), variance = c.row(), inv_std = c.row(), y = c.room(), dgamma = c.row(), dbeta = c.row(),
              dx(c.x), fixed(c.x);
    k.column_moments(c.extent, c.x.data(), mean.data(), variance.data());
    k.inverse_sqrt(variance.data(), T(1e-3), inv_std.data(), c.n);
    k.normalize_columns(c.extent, c.x.data(), mean.data(), inv_std.data(), c.gamma.data(), c.beta.data(), y.data());
    k.normalize_columns_gradient(c.extent, c.z.data(), mean.data(), inv_std.data(), c.gamma.data(), dx.data(), false,
                                 dgamma.data(), dbeta.data(), dx.data());
    k.normalize_columns_gradient(c.extent, c.z.data(), mean.data(), inv_std.data(), c.gamma.data(), fixed.data(), true,
                                 dgamma.data(), dbeta.data(), fixed.data());
    return Outputs<T>{mean, variance, inv_std, y, dgamma, dbeta, dx, fixed};
  });
  add("layer normalization", [](const Kernels<T>& k, Case<T>& c) {
    Matrix<T> xhat = c.room(), y = c.room(), inv_std(1, c.rows, static_cast<ptrdiff_t>(c.rows)), dx(c.z);
    k.normalize_rows(c.extent, c.x.data(), T(1e-3), c.gamma.data(), c.beta.data(), xhat.data(), inv_std.data(),
                     y.data());
    k.normalize_rows_gradient(c.extent, xhat.data(), inv_std.data(), c.gamma.data(), dx.data(), dx.data());
    return Outputs<T>{xhat, y, inv_std, dx};
  });
  return list;
}

// One check for each kernel and instruction set; a failure names the first width that differs.
template <class T>
void test_type() {
  const Kernels<T>& scalar = kernels_of<T>(*kernels_named("scalar"));
  Random random(11);
  for (const auto& [name, body] : bodies<T>())
    for (const KernelSet* set : promised()) {
      size_t wrong = 0;
      for (size_t cols = 1; cols <= 70 && wrong == 0; cols++) {
        Case<T> c(random, 1 + random.below(20), cols);
        const Outputs<T> expected = body(scalar, c), out = body(kernels_of<T>(*set), c);
        bool ok = out.size() == expected.size();
        for (size_t i = 0; ok && i < out.size(); i++)
          ok = out[i].same_bits(expected[i]) && out[i].guards_intact() && expected[i].guards_intact();
        if (!ok) wrong = cols;
      }
      check(wrong == 0, type_name<T>() + " " + name + " " + set->isa + " at width " + std::to_string(wrong));
    }
}

// Marks of `rows` rows against the elements one by one; after them lie others, which no bit may tell of.
template <class E, class Mark>
bool marks_are_right(Random& random, size_t rows, size_t cols, Mark mark) {
  const size_t width = padded(cols, 64 / sizeof(E)), ld = width + 64 / sizeof(E);
  std::vector<E> room(padded(rows, 8) * ld + 64);
  E* x = room.data() + (64 - reinterpret_cast<uintptr_t>(room.data()) % 64) / sizeof(E);
  for (size_t i = 0; i < padded(rows, 8) * ld; i++)
    x[i] = static_cast<E>(random.below(3) == 0 ? 1 + random.below(255) : 0);
  std::vector<uint64_t> bits(width + 1, 7);
  mark(x, static_cast<ptrdiff_t>(ld), rows, cols, bits.data());
  bool right = bits[width] == 7;
  for (size_t c = 0; c < cols; c++) {
    uint64_t word = 0;
    for (size_t r = 0; r < rows; r++) word |= static_cast<uint64_t>(x[r * ld + c] != 0) << r;
    right = right && bits[c] == word;
  }
  return right;
}

template <class T>
void test_marks() {
  Random random(5);
  for (const KernelSet* set : promised()) {
    const Kernels<T>& k = kernels_of<T>(*set);
    size_t wrong = 0, wrong_bytes = 0;
    for (size_t rows = 1; rows <= 64; rows++) {
      if (!marks_are_right<T>(random, rows, 1 + random.below(150), k.mark)) wrong = rows;
      if (!marks_are_right<uint8_t>(random, rows, 1 + random.below(150), k.mark_bytes)) wrong_bytes = rows;
    }
    check(wrong == 0, type_name<T>() + " mark " + set->isa + " of rows: " + std::to_string(wrong));
    check(wrong_bytes == 0, type_name<T>() + " mark_bytes " + set->isa + " of rows: " + std::to_string(wrong_bytes));
  }
}

// Known answers of Philox4x32-10 (Random123, kat_vectors), through the mask: bit e of a word is draw e < threshold.
// Every element of every width, wrong in each way; and what only looks wrong.
template <class T>
void test_all_finite() {
  using Limits = std::numeric_limits<T>;
  Random random(6);
  std::vector<const KernelSet*> sets(kMostIsas);
  sets.resize(static_cast<size_t>(available_kernels(sets.data())));
  for (const KernelSet* set : sets) {
    const Kernels<T>& k = kernels_of<T>(*set);
    std::string wrong;
    for (size_t cols = 1; cols <= 150; cols += 1 + cols / 9)
      for (const size_t rows : {1, 3}) {
        Case<T> c(random, rows, cols);
        for (size_t at = 0; at < rows * cols; at++) {
          T& element = c.x.at(at / cols, at % cols);
          const T kept = element;
          for (const T value : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()}) {
            element = value;
            if (k.all_finite(c.extent, c.x.data()))
              wrong = std::to_string(cols) + " columns, a " + std::to_string(value);
          }
          for (const T value : {Limits::max(), Limits::lowest(), Limits::denorm_min(), T(-0.0)}) {
            element = value;
            if (!k.all_finite(c.extent, c.x.data())) wrong = std::to_string(cols) + " columns, finite";
          }
          element = kept;
        }
      }
    check(wrong.empty(), type_name<T>() + " all_finite " + set->isa + " of " + wrong);
  }
}

void test_philox() {
  const Kernels<float>& k = kernels_of<float>(*kernels_named("scalar"));
  // Counter 0 and key 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8, outputs 0 … 3 of block 0: elements 0, 16, 32, 48.
  const uint32_t known[4] = {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u};
  for (int j = 0; j < 4; j++) {
    uint64_t at = 0, above = 0;
    k.draw_mask({0, 0, 0}, 0, 1, 1, known[j], &at);
    k.draw_mask({0, 0, 0}, 0, 1, 1, known[j] + 1, &above);
    check((at >> (16 * j) & 1) == 0 && (above >> (16 * j) & 1) == 1, "philox known answer " + std::to_string(j));
  }
}

}  // namespace

int main() {
  test_type<float>();
  test_type<double>();
  test_marks<float>();
  test_marks<double>();
  test_all_finite<float>();
  test_all_finite<double>();
  test_philox();
  return summary();
}
