#include "network.h"

#include <algorithm>

namespace myelin {

size_t AnyNetwork::outputs() const {
  size_t features = spec_.inputs;
  for (const LayerSpec& layer : spec_.layers)
    if (layer.kind == LayerKind::kDense) features = layer.units;
  return features;
}

void check_spec(const NetworkSpec& spec) {
  constexpr size_t kMost = size_t{1} << 31;
  if (spec.inputs == 0 || spec.inputs > kMost) throw Error("ERR_OPTION", "a network needs 1 to 2^31 inputs");
  if (spec.layers.empty() || spec.layers.size() > 10000) throw Error("ERR_OPTION", "a network needs 1 to 10000 layers");
  size_t features = spec.inputs;
  double elements = 0;
  for (const LayerSpec& layer : spec.layers) {
    if (layer.kind != LayerKind::kDense) continue;
    if (layer.units == 0 || layer.units > kMost) throw Error("ERR_OPTION", "a dense layer needs 1 to 2^31 units");
    elements += (static_cast<double>(features) + 1) * static_cast<double>(round_up(layer.units, 16));
    features = layer.units;
  }
  if (elements > 1e11) throw Error("ERR_OPTION", "the network has more than 10^11 weights");
}

template <class T>
Network<T>::Network(NetworkSpec spec, const KernelSet& set) : AnyNetwork(std::move(spec), set) {
  check_spec(spec_);
  parameters_ = lay_out<T>(spec_);
  size_ = parameters_.empty() ? 0 : parameters_.back().offset + parameters_.back().size();
  value_arena_ = carved([this](Arena& arena) { values_ = arena.take<T>(size_); });
  for (size_t i = 0; i < parameters_.size(); i++)
    initialize(parameters_[i], i, spec_.seed, kernels(), values(parameters_[i]));
}

template <class T>
void Network<T>::compile(const TrainingSpec& spec) {
  const OptimizerStates needed = states_of(spec.optimizer);
  T* states[kStates] = {};
  state_arena_ = carved([&](Arena& arena) {
    for (int i = 0; i < kStates; i++) states[i] = needed.used[i] ? arena.take<T>(size_) : nullptr;
  });
  for (int i = 0; i < kStates; i++) {
    states_[i] = states[i];
    if (states_[i] && needed.initial != 0) std::fill_n(states_[i], size_, static_cast<T>(needed.initial));
  }
  training_ = spec;
  compiled_ = true;
  iterations = 0;
  nadam_product = 1;
}

template class Network<float>;
template class Network<double>;

}  // namespace myelin
