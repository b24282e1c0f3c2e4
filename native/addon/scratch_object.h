// The Scratch handle: what sessions that follow each other hand on (engine/scratch.h), until it is closed.
#ifndef MYELIN_ADDON_SCRATCH_OBJECT_H
#define MYELIN_ADDON_SCRATCH_OBJECT_H

#include <napi.h>

#include <memory>

#include "../engine/scratch.h"

namespace myelin {

class ScratchObject : public Napi::ObjectWrap<ScratchObject> {
 public:
  static Napi::Function define(Napi::Env env);
  // That of a value that must be such a handle.
  static std::shared_ptr<Scratch> unwrap(const Napi::Value& value);

  explicit ScratchObject(const Napi::CallbackInfo& info);
  ~ScratchObject() override { scratch_->close(); }

 private:
  Napi::Value js_close(const Napi::CallbackInfo& info);

  const std::shared_ptr<Scratch> scratch_ = std::make_shared<Scratch>();
};

}  // namespace myelin

#endif
