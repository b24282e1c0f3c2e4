// What the handles share: their constructors, kept per environment, and the one way engine errors become JavaScript's.
#ifndef MYELIN_ADDON_ADDON_H
#define MYELIN_ADDON_ADDON_H

#include <napi.h>

#include <utility>

#include "../engine/error.h"
#include "convert.h"

namespace myelin {

// One for each environment (main thread, worker): nothing is shared between them.
struct Classes {
  Napi::FunctionReference dataset;
};
inline Classes& classes_of(Napi::Env env) { return *env.GetInstanceData<Classes>(); }

// Calls `body`; an engine error leaves as a JavaScript error with its code.
template <class Body>
decltype(auto) guarded(Napi::Env env, Body body) {
  try {
    return body();
  } catch (const Error& error) {
    fail(env, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    fail(env, "ERR_OPTION", "not enough memory");
  }
}

}  // namespace myelin

#endif
