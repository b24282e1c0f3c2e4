// The perceptron rule without Node: AND, OR and NAND as worked out with pencil and paper, from every kind of storage.
#include "../engine/perceptron.h"

#include <algorithm>

#include "../engine/error.h"
#include "check.h"

using namespace myelin;
using namespace myelin::test;

namespace {

// The rows (0, 0), (0, 1), (1, 0), (1, 1), stored as 1 / scale.
template <class E>
std::shared_ptr<const Dataset> square(Element element, E one) {
  auto s = std::make_shared<Storage>();
  s->rows = 4, s->features = 2, s->scale = 1.0 / static_cast<double>(one), s->element = element;
  s->x = Buffer(8 * sizeof(E));
  const E x[] = {0, 0, 0, one, one, 0, one, one};
  std::memcpy(s->x.data(), x, sizeof x);
  return std::make_shared<Dataset>(s);
}

PerceptronSpec from_zeros(std::vector<int8_t> targets) {
  PerceptronSpec spec;
  spec.weights = {0, 0}, spec.biases = {0};
  spec.targets = std::move(targets);
  return spec;
}

void test_gates(const std::shared_ptr<const Dataset>& data, const std::string& storage) {
  const struct {
    const char* name;
    std::vector<int8_t> targets;
    std::vector<size_t> wrong;  // of each epoch
    std::vector<double> weights;
    double bias;
    std::vector<int32_t> mistakes;
  } gates[] = {{"AND", {0, 0, 0, 1}, {1, 3, 3, 2, 1, 0}, {2, 1}, -2, {-1, -3, -2, 4}},
               {"OR", {0, 1, 1, 1}, {1, 2, 1, 0}, {1, 1}, 0, {-2, 1, 1, 0}},
               {"NAND", {1, 1, 1, 0}, {2, 3, 3, 2, 1, 0}, {-2, -1}, 3, {2, 3, 2, -4}}};
  for (const auto& gate : gates) {
    const std::string name = std::string(gate.name) + " from " + storage;
    Perceptron perceptron(data, from_zeros(gate.targets));
    for (const size_t wrong : gate.wrong) check(perceptron.epoch(nullptr) == wrong, "wrong rows, " + name);
    check(perceptron.weights() == gate.weights && perceptron.biases()[0] == gate.bias, "weights, " + name);
    check(perceptron.mistakes() == gate.mistakes, "mistakes, " + name);
    double sums[4];
    weighted_sums(*data, perceptron.weights().data(), perceptron.biases().data(), 1, sums);
    for (size_t row = 0; row < 4; row++) check((sums[row] > 0) == (gate.targets[row] == 1), "sums, " + name);
  }
}

void test_order() {
  // (1, 1) first: off though it should be on. Then (1, 0) sums 2 and (0, 1) sums 1, both wrong; (0, 0) sums -1.
  const uint32_t order[] = {3, 2, 1, 0};
  Perceptron perceptron(square<uint8_t>(Element::kU8, 128), from_zeros({0, 0, 0, 1}));
  check(perceptron.epoch(order) == 3, "wrong rows in an order");
  check(perceptron.mistakes() == std::vector<int32_t>{0, -1, -1, 1}, "mistakes in an order");
}

// Nine outputs, one more than a tile, all of them AND: each learns as one alone does.
void test_outputs() {
  PerceptronSpec spec;
  spec.weights.assign(18, 0), spec.biases.assign(9, 0), spec.targets.assign(36, 0);
  std::fill(spec.targets.begin() + 27, spec.targets.end(), int8_t{1});
  Perceptron perceptron(square<float>(Element::kF32, 1), spec);
  while (perceptron.epoch(nullptr) > 0) {
  }
  bool equal = true;
  for (size_t o = 0; o < 9; o++)
    equal = equal && perceptron.weights()[o] == 2 && perceptron.weights()[9 + o] == 1 && perceptron.biases()[o] == -2;
  check(equal, "nine outputs");
}

void test_sizes() {
  for (const bool weights : {true, false}) {
    PerceptronSpec spec = from_zeros({0, 0, 0, 1});
    weights ? spec.weights.push_back(0) : spec.targets.push_back(0);
    bool thrown = false;
    try {
      Perceptron perceptron(square<float>(Element::kF32, 1), spec);
    } catch (const Error& error) {
      thrown = std::strcmp(error.code(), "ERR_SHAPE") == 0;
    }
    check(thrown, weights ? "a weight too many" : "a target too many");
  }
}

}  // namespace

int main() {
  test_gates(square<uint8_t>(Element::kU8, 128), "bytes");
  test_gates(square<float>(Element::kF32, 4), "float32");
  test_gates(square<double>(Element::kF64, 1), "float64");
  test_order();
  test_outputs();
  test_sizes();
  return summary();
}
