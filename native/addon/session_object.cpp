#include "session_object.h"

#include "addon.h"
#include "dataset_object.h"
#include "network_object.h"
#include "scratch_object.h"

namespace myelin {
OpenSession::OpenSession(std::shared_ptr<AnyNetwork> network, std::shared_ptr<const Dataset> data,
                         SessionOptions options)
    : network_(std::move(network)), data_(std::move(data)), options_(std::move(options)) {
  check_session(options_, *network_, *data_);
  if (trains() && network_->has_training_session.exchange(true))
    throw Error("ERR_BUSY", "another session trains this network");
}

OpenSession::~OpenSession() {
  if (trains()) network_->has_training_session = false;
}

Progress OpenSession::run(double budget_ms, const std::vector<double>& rates) {
  if (!session_) session_ = make_session(network_, data_, options_);
  return session_->run(budget_ms, rates.data(), rates.size(), stop_);
}

void OpenSession::stop() { stop_ = true; }

namespace {

// Runs one slice on a thread of the libuv pool.
class SliceWorker : public Napi::AsyncWorker {
 public:
  SliceWorker(Napi::Env env, std::shared_ptr<OpenSession> open, double budget_ms, std::vector<double> rates)
      : Napi::AsyncWorker(env, "myelin.slice"),
        deferred_(Napi::Promise::Deferred::New(env)),
        open_(std::move(open)),
        budget_ms_(budget_ms),
        rates_(std::move(rates)) {
    mark(true);
  }

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override {
    try {
      progress_ = open_->run(budget_ms_, rates_);
    } catch (const std::bad_alloc&) {
      SetError("not enough memory for the session");
    }
  }

  void OnOK() override {
    const Napi::Env env = Env();
    mark(false);
    Napi::Object out = Napi::Object::New(env);
    out.Set("done", progress_.done);
    out.Set("diverged", progress_.diverged);
    out.Set("epoch", static_cast<double>(progress_.epoch));
    out.Set("batch", static_cast<double>(progress_.batch));
    out.Set("batches", static_cast<double>(progress_.batches));
    out.Set("running", typed_array(env, open_->session()->running()));
    out.Set("finished", typed_array(env, open_->session()->finished()));
    deferred_.Resolve(out);
  }

  // Everything a caller can get wrong was checked before: what is left is memory.
  void OnError(const Napi::Error& error) override {
    mark(false);
    error.Set("code", Napi::String::New(Env(), "ERR_OPTION"));
    deferred_.Reject(error.Value());
  }

 private:
  // On the JavaScript thread, before and after the slice.
  void mark(bool begins) {
    open_->running = begins;
    if (open_->trains())
      open_->network()->training_now = begins;
    else
      open_->network()->readers += begins ? 1 : -1;
  }

  const Napi::Promise::Deferred deferred_;
  const std::shared_ptr<OpenSession> open_;
  const double budget_ms_;
  const std::vector<double> rates_;
  Progress progress_;
};

}  // namespace

Napi::Function SessionObject::define(Napi::Env env) {
  return DefineClass(
      env, "Session",
      {InstanceMethod("run", &SessionObject::js_run), InstanceMethod("stop", &SessionObject::js_stop),
       InstanceMethod("outputs", &SessionObject::js_outputs), InstanceMethod("close", &SessionObject::js_close)});
}

SessionObject::SessionObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SessionObject>(info) {
  guarded(info.Env(), [&] {
    std::shared_ptr<AnyNetwork> network = NetworkObject::unwrap(info[0]);
    std::shared_ptr<const Dataset> data = DatasetObject::unwrap(info[1]);
    SessionOptions options = read_session_options(object_argument(info, 2));
    if (info.Length() > 3) options.scratch = ScratchObject::unwrap(info[3]);
    if (network->training_now) throw Error("ERR_BUSY", "a slice trains this network");
    open_ = std::make_shared<OpenSession>(std::move(network), std::move(data), std::move(options));
  });
}

Napi::Value SessionObject::js_run(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!open_) throw Error("ERR_OPTION", "the session is closed");
    const AnyNetwork& network = *open_->network();
    if (open_->running || network.training_now || (open_->trains() && network.readers > 0))
      throw Error("ERR_BUSY", "a slice is working on this network");
    if (!info[0].IsNumber()) throw Error("ERR_OPTION", "expected a budget in milliseconds");
    const View rates = view_of(info[1]);
    if (rates.type != napi_float64_array) throw Error("ERR_OPTION", "learning rates come as doubles");
    if (open_->trains() && rates.length == 0) throw Error("ERR_OPTION", "training needs a learning rate");
    const double* first = reinterpret_cast<const double*>(rates.data);
    auto* worker = new SliceWorker(info.Env(), open_, info[0].As<Napi::Number>(),
                                   std::vector<double>(first, first + rates.length));
    const Napi::Promise promise = worker->promise();
    worker->Queue();  // deletes itself when done
    return promise;
  });
}

Napi::Value SessionObject::js_stop(const Napi::CallbackInfo& info) {
  if (open_) open_->stop();
  return info.Env().Undefined();
}

Napi::Value SessionObject::js_outputs(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!open_ || open_->running || !open_->session() || !open_->predicts())
      throw Error("ERR_BUSY", "the session is closed, still at work, or does not predict");
    const void* outputs = open_->session()->outputs();
    const size_t n = open_->output_elements();
    if (open_->network()->spec().float64) return typed_array(info.Env(), static_cast<const double*>(outputs), n);
    return typed_array(info.Env(), static_cast<const float*>(outputs), n);
  });
}

Napi::Value SessionObject::js_close(const Napi::CallbackInfo& info) {
  if (open_) open_->stop();
  open_.reset();  // a slice in flight holds it until it ends
  return info.Env().Undefined();
}

}  // namespace myelin
