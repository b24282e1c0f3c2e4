#include "scratch_object.h"

#include "addon.h"

namespace myelin {
namespace {
constexpr napi_type_tag kTag = {0x6d79656c696e0004, 0x5363726174636801};
}

Napi::Function ScratchObject::define(Napi::Env env) {
  return DefineClass(env, "Scratch", {InstanceMethod("close", &ScratchObject::js_close)});
}

std::shared_ptr<Scratch> ScratchObject::unwrap(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTag))
    fail(value.Env(), "ERR_OPTION", "expected a scratch handle");
  return Unwrap(value.As<Napi::Object>())->scratch_;
}

ScratchObject::ScratchObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ScratchObject>(info) {
  info.This().As<Napi::Object>().TypeTag(&kTag);
}

Napi::Value ScratchObject::js_close(const Napi::CallbackInfo& info) {
  scratch_->close();
  return info.Env().Undefined();
}

}  // namespace myelin
