#include "names.h"

#include "error.h"

namespace myelin {

#define MYELIN_TEXT(name, text) text,
#define MYELIN_NAMES(Enum, LIST)                                       \
  template <>                                                          \
  const std::vector<std::string>& names_of<Enum>() {                   \
    static const std::vector<std::string> names = {LIST(MYELIN_TEXT)}; \
    return names;                                                      \
  }                                                                    \
  template <>                                                          \
  Enum from_name<Enum>(const std::string& name) {                      \
    const auto& names = names_of<Enum>();                              \
    for (size_t i = 0; i < names.size(); i++)                          \
      if (names[i] == name) return static_cast<Enum>(i);               \
    throw Error("ERR_OPTION", "unknown name: " + name);                \
  }

MYELIN_NAMES(Activation, MYELIN_ACTIVATIONS)
MYELIN_NAMES(Loss, MYELIN_LOSSES)
MYELIN_NAMES(Optimizer, MYELIN_OPTIMIZERS)
MYELIN_NAMES(Initializer, MYELIN_INITIALIZERS)
MYELIN_NAMES(Metric, MYELIN_METRICS)
MYELIN_NAMES(Constraint, MYELIN_CONSTRAINTS)
MYELIN_NAMES(LayerKind, MYELIN_LAYERS)
MYELIN_NAMES(ParameterKind, MYELIN_PARAMETERS)

}  // namespace myelin
