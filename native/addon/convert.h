// The only reader of JavaScript properties and the only maker of typed arrays. What arrives has been checked in
// TypeScript; anything else ends as a TypeError here, never as a crash.
#ifndef MYELIN_ADDON_CONVERT_H
#define MYELIN_ADDON_CONVERT_H

#include <napi.h>

#include <cstring>
#include <string>
#include <vector>

#include "../engine/session.h"
#include "../engine/spec.h"

namespace myelin {

// Throws a JavaScript Error with a `code`.
[[noreturn]] void fail(Napi::Env env, const char* code, const std::string& message);

NetworkSpec read_network_spec(const Napi::Object& object);
TrainingSpec read_training_spec(const Napi::Object& object);
SessionOptions read_session_options(const Napi::Object& object);

double read_number(const Napi::Object& object, const char* key);
// A whole number, 0 … 2^53.
size_t read_size(const Napi::Object& object, const char* key);
std::string read_string(const Napi::Object& object, const char* key);
// The argument as an object; throws when it is none.
Napi::Object object_argument(const Napi::CallbackInfo& info, size_t index);
// Bytes and element type of a typed array, valid until JavaScript runs again.
struct View {
  napi_typedarray_type type;
  const uint8_t* data;
  size_t length;  // elements
  size_t element_size;
};
View view_of(const Napi::Value& value);

template <class T>
Napi::Value typed_array(Napi::Env env, const T* data, size_t n) {
  auto array = Napi::TypedArrayOf<T>::New(env, n);
  if (n > 0) std::memcpy(array.Data(), data, n * sizeof(T));
  return array;
}
template <class T>
Napi::Value typed_array(Napi::Env env, const std::vector<T>& values) {
  return typed_array(env, values.data(), values.size());
}
template <class E>
Napi::Array name_array(Napi::Env env) {
  const auto& names = names_of<E>();
  Napi::Array out = Napi::Array::New(env, names.size());
  for (size_t i = 0; i < names.size(); i++) out.Set(static_cast<uint32_t>(i), names[i]);
  return out;
}

}  // namespace myelin

#endif
