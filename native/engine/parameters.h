// Where every parameter lies in the network's arena, how kernels are laid out in panels, and their initial values.
#ifndef MYELIN_ENGINE_PARAMETERS_H
#define MYELIN_ENGINE_PARAMETERS_H

#include <vector>

#include "../kernels/kernels.h"
#include "arena.h"
#include "spec.h"

namespace myelin {

// A kernel is rows (inputs) × cols (units), a vector 1 × cols. Both lie in panels (kernels.h), padded to n columns.
struct Parameter {
  size_t layer;
  ParameterKind kind;
  size_t rows, cols, n;
  size_t offset;       // elements from the arena's start
  size_t first_block;  // blocks of all parameters before it
  bool trainable;
  InitializerSpec initializer;
  RegularizerSpec regularizer;
  ConstraintSpec constraint;

  size_t size() const { return rows * n; }
};

// Updates, norms and penalties work on blocks of this many rows of one panel: fixed, whatever the threads, as the
// order of their sums depends on it. A block of a panel of 64 floats is 12 KB: gradient and weights share the L1 cache.
constexpr size_t kBlockRows = 48;

// A piece of a parameter that is contiguous in memory.
struct Block {
  size_t offset;  // from the parameter's start
  size_t row, rows, col, width;
  size_t size() const { return rows * width; }
};

template <class T>
size_t panel_count(const Parameter& p) {
  return (p.n + kPanel<T> - 1) / kPanel<T>;
}
template <class T>
size_t panel_width(const Parameter& p, size_t panel) {
  const size_t left = p.n - panel * kPanel<T>;
  return left < kPanel<T> ? left : kPanel<T>;
}
// Rows of a block: fewer of a kernel that would have only one, or its gradient would be one thread's work.
template <class T>
size_t block_rows(const Parameter& p) {
  return p.rows > kBlockRows || panel_count<T>(p) > 1 ? kBlockRows : kBlockRows / 4;
}
template <class T>
size_t blocks_of_panel(const Parameter& p) {
  return (p.rows + block_rows<T>(p) - 1) / block_rows<T>(p);
}
template <class T>
size_t block_count(const Parameter& p) {
  return panel_count<T>(p) * blocks_of_panel<T>(p);
}
template <class T>
Block block_of(const Parameter& p, size_t index) {
  const size_t a_panel = blocks_of_panel<T>(p), most = block_rows<T>(p);
  const size_t panel = index / a_panel, row = index % a_panel * most;
  const size_t width = panel_width<T>(p, panel);
  const size_t rows = p.rows - row < most ? p.rows - row : most;
  return {panel * kPanel<T> * p.rows + row * width, row, rows, panel * kPanel<T>, width};
}

// All parameters of a network in the order of its layers, with their places for elements of type T.
template <class T>
std::vector<Parameter> lay_out(const NetworkSpec& spec);

// Row-major rows × cols, without padding, to the panels and back; padding lanes get `padding`.
template <class T>
void pack(const Parameter& p, const T* row_major, T* panels, T padding = 0);
template <class T>
void unpack(const Parameter& p, const T* panels, T* row_major);

// Initial values in panels. `index` is the parameter's place in the list.
template <class T>
void initialize(const Parameter& p, size_t index, uint64_t network_seed, const Kernels<T>& kernels, T* panels);

}  // namespace myelin

#endif
