// The one exception the engine throws: a stable code and a sentence.
#ifndef MYELIN_ENGINE_ERROR_H
#define MYELIN_ENGINE_ERROR_H

#include <stdexcept>
#include <string>

namespace myelin {

class Error : public std::runtime_error {
 public:
  Error(const char* code, const std::string& message) : std::runtime_error(message), code_(code) {}
  const char* code() const { return code_; }

 private:
  const char* code_;
};

}  // namespace myelin

#endif
