#include "csv_object.h"

#include "addon.h"
#include "convert.h"

namespace myelin {
namespace {

constexpr napi_type_tag kTag = {0x6d79656c696e0003, 0x4373765265616401};

// Reads one piece, or finishes, on a thread of the libuv pool.
class CsvWorker : public Napi::AsyncWorker {
 public:
  // `piece`: kept until the work is done; an empty value to finish.
  CsvWorker(Napi::Env env, std::shared_ptr<OpenCsv> open, const Napi::Value& piece)
      : Napi::AsyncWorker(env, "myelin.csv"),
        deferred_(Napi::Promise::Deferred::New(env)),
        open_(std::move(open)),
        finishes_(piece.IsEmpty()) {
    if (!finishes_) piece_ = Napi::Persistent(piece.As<Napi::Object>());
    if (!finishes_) view_ = view_of(piece);
    open_->busy = true;
  }

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override {
    try {
      CsvReader& reader = open_->reader;
      plain_ = finishes_ ? reader.finish() : reader.read(reinterpret_cast<const char*>(view_.data), view_.length);
    } catch (const std::bad_alloc&) {
      SetError("not enough memory for the rows");
    }
  }

  void OnOK() override {
    end(plain_);
    open_->finished = finishes_ && plain_;
    deferred_.Resolve(Napi::Boolean::New(Env(), plain_));
  }

  void OnError(const Napi::Error& error) override {
    end(false);
    error.Set("code", Napi::String::New(Env(), "ERR_DATA"));
    deferred_.Reject(error.Value());
  }

 private:
  void end(bool plain) {
    open_->busy = false;
    open_->refused = !plain;
  }

  const Napi::Promise::Deferred deferred_;
  const std::shared_ptr<OpenCsv> open_;
  const bool finishes_;
  View view_{};
  Napi::ObjectReference piece_;
  bool plain_ = false;
};

Napi::Value start(Napi::Env env, const std::shared_ptr<OpenCsv>& open, const Napi::Value& piece) {
  if (open->busy || open->refused || open->finished) throw Error("ERR_BUSY", "the reader is at work or done");
  if (!piece.IsEmpty() && !piece.IsTypedArray()) throw Error("ERR_DATA", "expected bytes");
  auto* worker = new CsvWorker(env, open, piece);
  const Napi::Promise promise = worker->promise();
  worker->Queue();  // deletes itself when done
  return promise;
}

}  // namespace

Napi::Function CsvObject::define(Napi::Env env) {
  return DefineClass(
      env, "CsvReader",
      {InstanceMethod("read", &CsvObject::js_read), InstanceMethod("finish", &CsvObject::js_finish),
       InstanceMethod("labels", &CsvObject::js_labels), InstanceAccessor("rows", &CsvObject::js_rows, nullptr)});
}

bool CsvObject::is(const Napi::Value& value) {
  return value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&kTag);
}

CsvReader& CsvObject::unwrap(const Napi::Value& value) {
  const std::shared_ptr<OpenCsv>& open = Unwrap(value.As<Napi::Object>())->open_;
  if (!open->finished) throw Error("ERR_BUSY", "the reader has not finished");
  return open->reader;
}

CsvObject::CsvObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CsvObject>(info) {
  guarded(info.Env(), [&] {
    const Napi::Object source = object_argument(info, 0);
    CsvShape shape;
    shape.columns = read_size(source, "columns");
    shape.label = source.Get("label").IsNull() ? shape.columns : read_size(source, "label");
    const std::string delimiter = read_string(source, "delimiter");
    const int threads = static_cast<int>(std::min(std::max(read_size(source, "threads"), size_t{1}), size_t{1024}));
    if (shape.columns > 0x7fffffff || shape.features() == 0 || delimiter.size() != 1)
      throw Error("ERR_OPTION", "a table needs features and a delimiter of one byte");
    shape.delimiter = delimiter[0];
    open_ = std::make_shared<OpenCsv>(shape, threads);
    info.This().As<Napi::Object>().TypeTag(&kTag);
  });
}

Napi::Value CsvObject::js_read(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return start(info.Env(), open_, info[0]); });
}
Napi::Value CsvObject::js_finish(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return start(info.Env(), open_, Napi::Value()); });
}
Napi::Value CsvObject::js_rows(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), open_->finished ? static_cast<double>(open_->reader.rows()) : 0);
}
Napi::Value CsvObject::js_labels(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return typed_array(info.Env(), unwrap(info.This()).labels()); });
}

}  // namespace myelin
