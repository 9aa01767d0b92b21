// JSON Schemas of the trainer's settings, and of parameters.
#pragma once

#include "nn/settings/settings.h"
#include "runner/reference/key_schema.h"

namespace hpsearch::runner {

// The section `model` or `training`.
Schema section_schema(nn::Section section);

// `parameters` of a sweep of networks: a value or a distribution for each setting.
Schema network_parameters_schema();

// `enqueue` of a sweep of networks.
Schema network_enqueue_schema();

// One parameter of a program, whatever its name is. `self`: where this schema will be found, for
// parameters inside of parameters.
Schema program_parameter_schema(const std::string& self);

// What both kinds of parameters share: which keys go together. To be found at kParameterRules.
inline constexpr char kParameterRules[] = "#/definitions/parameter_rules";
Schema parameter_rules_schema();

}  // namespace hpsearch::runner
