// The addon's table of contents: six handles and what the machine can do. Its TypeScript side is src/native.ts.
#include "addon.h"

#include <chrono>
#include <thread>

#include "../kernels/cpu.h"
#include "../kernels/select.h"
#include "csv_object.h"
#include "dataset_object.h"
#include "network_object.h"
#include "perceptron_object.h"
#include "scratch_object.h"
#include "session_object.h"

namespace myelin {
namespace {

const KernelSet& kernels(Napi::Env env) {
  const KernelSet* set = selected_kernels();
  if (!set)
    fail(env, "ERR_OPTION", "expected an instruction set of this processor in the environment variable MYELIN_ISA");
  return *set;
}

Napi::Value js_info(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const KernelSet* sets[kMostIsas];
  const int n = available_kernels(sets);
  Napi::Array isas = Napi::Array::New(env);
  for (int i = 0; i < n; i++) isas.Set(static_cast<uint32_t>(i), sets[i]->isa);
  Napi::Object out = Napi::Object::New(env);
  out.Set("isa", kernels(env).isa);
  out.Set("isas", isas);
  out.Set("threads", usable_threads());
  out.Set("physicalCores", physical_cores());
  return out;
}

// FLOP/s of all threads together over the time that all of them ran.
template <class T>
double fma_peak(const Kernels<T>& kernels, int threads, double milliseconds) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> rates(static_cast<size_t>(threads));
  const auto measure = [&](double* rate) {
    T sink = 0;
    uint64_t flops = 0;
    const Clock::time_point begin = Clock::now();
    double seconds = 0;
    while (seconds * 1000 < milliseconds) {
      flops += kernels.fma_loop(10000, &sink);
      seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    }
    *rate = static_cast<double>(flops) / seconds;
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; i++) others.emplace_back(measure, &rates[static_cast<size_t>(i)]);
  measure(&rates[0]);
  for (std::thread& thread : others) thread.join();
  double total = 0;
  for (const double rate : rates) total += rate;
  return total;
}

Napi::Value js_fma_peak(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Object options = object_argument(info, 0);
    const int threads = static_cast<int>(std::min(std::max(read_size(options, "threads"), size_t{1}), size_t{1024}));
    const double milliseconds = read_number(options, "milliseconds");
    const KernelSet& set = kernels(info.Env());
    const bool f64 = read_string(options, "dtype") == "float64";
    return Napi::Number::New(
        info.Env(), f64 ? fma_peak(*set.f64, threads, milliseconds) : fma_peak(*set.f32, threads, milliseconds));
  });
}

Napi::Value js_names(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Object out = Napi::Object::New(env);
  out.Set("activations", name_array<Activation>(env));
  out.Set("losses", name_array<Loss>(env));
  out.Set("metrics", name_array<Metric>(env));
  out.Set("optimizers", name_array<Optimizer>(env));
  out.Set("initializers", name_array<Initializer>(env));
  out.Set("constraints", name_array<Constraint>(env));
  out.Set("layers", name_array<LayerKind>(env));
  return out;
}

Napi::Object define_exports(Napi::Env env, Napi::Object exports) {
  auto* classes = new Classes();
  env.SetInstanceData(classes);  // deleted with the environment
  const Napi::Function dataset = DatasetObject::define(env);
  classes->dataset = Napi::Persistent(dataset);
  exports.Set("Dataset", dataset);
  exports.Set("CsvReader", CsvObject::define(env));
  exports.Set("Network", NetworkObject::define(env));
  exports.Set("Scratch", ScratchObject::define(env));
  exports.Set("Session", SessionObject::define(env));
  exports.Set("Perceptron", PerceptronObject::define(env));
  exports.Set("weightedSums", Napi::Function::New(env, js_weighted_sums, "weightedSums"));
  exports.Set("info", Napi::Function::New(env, js_info, "info"));
  exports.Set("fmaPeak", Napi::Function::New(env, js_fma_peak, "fmaPeak"));
  exports.Set("names", Napi::Function::New(env, js_names, "names"));
  return exports;
}

}  // namespace

// Outside the unnamed namespace, for the macro below.
Napi::Object start(Napi::Env env, Napi::Object exports) { return define_exports(env, exports); }

}  // namespace myelin

using myelin::start;
NODE_API_MODULE(myelin, start)
