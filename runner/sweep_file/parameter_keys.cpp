#include "runner/sweep_file/key_tables.h"

namespace hpsearch::runner {
namespace {

using Form = KeyInfo::Form;
using Scope = KeyInfo::Scope;
using Words = std::vector<std::string_view>;

constexpr KeyInfo kParameterKeys[]{
    {.name = "value", .form = Form::kOther, .meaning = "a fixed value, the same in all trials"},
    {.name = "values",
     .form = Form::kList,
     .meaning = "a list of equally likely choices; for `hidden`, a list of lists: `{values: [[64], "
                "[64, 32]]}`"},
    {.name = "probabilities",
     .form = Form::kList,
     .meaning = "the probability of each of the `values`; they sum to 1"},
    {.name = "ordered",
     .form = Form::kTruth,
     .meaning = "`true` if the order of the `values` means something"},
    {.name = "min",
     .form = Form::kOther,
     .meaning = "a range, whose `scale` is `linear` (default) or `log`"},
    {.name = "max",
     .form = Form::kOther,
     .meaning = "a range, whose `scale` is `linear` (default) or `log`"},
    {.name = "scale",
     .form = Form::kWord,
     .words =
         [] {
           return Words{"linear", "log"};
         },
     .fallback = "linear",
     .meaning = "of a range"},
    {.name = "distribution",
     .form = Form::kOther,
     .meaning =
         "W&B's names: `constant`, `categorical` (also `categorical_w_probabilities`), `uniform`, "
         "`log_uniform_values` (also `inv_log_uniform_values`, the same law), `int_uniform`, and "
         "with `q`, the step, `q_uniform` and `q_log_uniform_values`; also `normal` and "
         "`log_normal` with `mu` (0) and `sigma` (1), which for `log_normal` describe the "
         "logarithm. Both are cut to what the setting allows, and to `min` and `max` if given"},
    {.name = "q",
     .form = Form::kOther,
     .meaning = "the step of `q_uniform`, `q_log_uniform_values` and the like"},
    {.name = "mu", .form = Form::kReal, .fallback = "0", .meaning = "of `normal` and `log_normal`"},
    {.name = "sigma",
     .form = Form::kReal,
     .min = 0,
     .fallback = "1",
     .meaning = "of `normal` and `log_normal`"},
    {.name = "a",
     .form = Form::kReal,
     .min = 0,
     .above_min = true,
     .scope = Scope::kPrograms,
     .fallback = "1",
     .meaning = "of `beta`"},
    {.name = "b",
     .form = Form::kReal,
     .min = 0,
     .above_min = true,
     .scope = Scope::kPrograms,
     .fallback = "1",
     .meaning = "of `beta`"},
    {.name = "when", .meaning = "a condition; a trial has this parameter only where it holds"},
    {.name = "grid",
     .form = Form::kWhole,
     .min = 1,
     .max = 10'000,
     .meaning = "the number of points that `method: grid` places on the parameter's own scale, "
                "from end to end. Without it, whole numbers and multiples of `q` take every value, "
                "and a continuous range is refined: its middle, its quarters, its eighths, in all "
                "combinations, until `run_cap`"},
    {.name = "limits",
     .form = Form::kList,
     .scope = Scope::kNetworks,
     .meaning = "`[lowest, highest]`: how far `expand: auto` may widen the range; default what the "
                "setting allows"},
};

}  // namespace

std::span<const KeyInfo> parameter_keys() {
  return kParameterKeys;
}

}  // namespace hpsearch::runner
