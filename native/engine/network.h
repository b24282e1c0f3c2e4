// A network: its spec, its parameters and optimizer state in one arena each, and its counters. It computes nothing;
// a Graph does, in scratch memory of its own, so that several can read one network at once.
#ifndef MYELIN_ENGINE_NETWORK_H
#define MYELIN_ENGINE_NETWORK_H

#include <atomic>
#include <vector>

#include "../kernels/kernels.h"
#include "arena.h"
#include "error.h"
#include "parameters.h"
#include "spec.h"

namespace myelin {

constexpr int kStates = 3;

// Which of the three state arrays an optimizer uses, and what they begin with.
struct OptimizerStates {
  bool used[kStates];
  double initial;
};
OptimizerStates states_of(const OptimizerSpec& spec);

// What memory safety rests on: sizes that are not zero and whose products fit. Throws ERR_OPTION.
void check_spec(const NetworkSpec& spec);

// What the addon needs to know of a network whatever its element type.
class AnyNetwork {
 public:
  AnyNetwork(NetworkSpec spec, const KernelSet& set) : spec_(std::move(spec)), set_(set) {}
  virtual ~AnyNetwork() = default;

  const NetworkSpec& spec() const { return spec_; }
  const KernelSet& kernel_set() const { return set_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  bool compiled() const { return compiled_; }
  const TrainingSpec& training() const { return training_; }
  size_t outputs() const;

  virtual void compile(const TrainingSpec& spec) = 0;
  // Whether the optimizer uses state array `slot`, one of kStates.
  virtual bool has_state(int slot) const = 0;
  // Memory of parameters and optimizer state.
  virtual size_t bytes() const = 0;

  // Counters. `steps` and `epochs` address random draws and never go back; `iterations` counts optimizer steps since
  // compile().
  uint64_t steps = 0, epochs = 0, iterations = 0;
  double nadam_product = 1;  // Π u_i of the steps so far
  size_t samples = 0;        // rows of the latest training data: the n of the l2Cost regularizer; 0 before any

  // Who uses it: one training session at a time; a slice of it excludes everybody else.
  std::atomic<bool> has_training_session{false};
  std::atomic<int> readers{0};
  std::atomic<bool> training_now{false};

 protected:
  NetworkSpec spec_;
  const KernelSet& set_;
  std::vector<Parameter> parameters_;
  TrainingSpec training_;
  bool compiled_ = false;
};

template <class T>
class Network : public AnyNetwork {
 public:
  Network(NetworkSpec spec, const KernelSet& set);

  const Kernels<T>& kernels() const { return kernels_of<T>(set_); }
  size_t size() const { return size_; }  // elements of all parameters together, with padding
  T* values() { return values_; }
  T* values(const Parameter& p) { return values_ + p.offset; }
  // State array `slot` at element `at`; null when the optimizer does not use it.
  T* state(int slot, size_t at) { return states_[slot] ? states_[slot] + at : nullptr; }

  // Row-major rows × cols.
  void get_parameter(size_t index, T* out) const {
    unpack(parameters_[index], values_ + parameters_[index].offset, out);
  }
  void set_parameter(size_t index, const T* in) { pack(parameters_[index], in, values_ + parameters_[index].offset); }

  // The same of state array `slot`, which the optimizer must use.
  void get_state(int slot, size_t index, T* out) const {
    unpack(parameters_[index], states_[slot] + parameters_[index].offset, out);
  }
  void set_state(int slot, size_t index, const T* in) {
    const T padding = static_cast<T>(states_of(training_.optimizer).initial);
    pack(parameters_[index], in, states_[slot] + parameters_[index].offset, padding);
  }

  void compile(const TrainingSpec& spec) override;
  bool has_state(int slot) const override { return states_[slot] != nullptr; }
  size_t bytes() const override { return value_arena_.used() + state_arena_.used(); }

 private:
  size_t size_ = 0;
  Arena value_arena_, state_arena_;
  T* values_ = nullptr;
  T* states_[kStates] = {};
};

}  // namespace myelin

#endif
