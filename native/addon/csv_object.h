// The CsvReader handle: takes the pieces of a file off the event loop, one after the other, and becomes the features of
// a dataset.
#ifndef MYELIN_ADDON_CSV_OBJECT_H
#define MYELIN_ADDON_CSV_OBJECT_H

#include <napi.h>

#include <memory>

#include "../engine/csv.h"

namespace myelin {

// The reader, and whether it has work to do or is done.
struct OpenCsv {
  OpenCsv(const CsvShape& shape, int threads) : reader(shape, threads) {}
  CsvReader reader;
  bool busy = false;
  bool refused = false;
  bool finished = false;
};

class CsvObject : public Napi::ObjectWrap<CsvObject> {
 public:
  static Napi::Function define(Napi::Env env);
  static bool is(const Napi::Value& value);
  // The finished reader of a value that is such a handle.
  static CsvReader& unwrap(const Napi::Value& value);

  explicit CsvObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value js_read(const Napi::CallbackInfo& info);
  Napi::Value js_finish(const Napi::CallbackInfo& info);
  Napi::Value js_rows(const Napi::CallbackInfo& info);
  Napi::Value js_labels(const Napi::CallbackInfo& info);

  std::shared_ptr<OpenCsv> open_;
};

}  // namespace myelin

#endif
