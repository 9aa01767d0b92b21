#include "runner/yaml/yaml_edit.h"

#include <gtest/gtest.h>

#include "runner/console/usage_error.h"
#include "runner/yaml/yaml_emit.h"

namespace hpsearch::runner {
namespace {

std::string edited(const std::string& yaml, const std::vector<std::string>& edits) {
  std::vector<Diagnostic> diagnostics;
  YamlNode tree = *parse_yaml({"x.yaml", yaml}, diagnostics);
  for (const std::string& text : edits) {
    apply_edit(tree, parse_edit(text));
  }
  return emit_yaml(tree);
}

std::string refusal(const std::string& edit) {
  try {
    edited("a: 1\n", {edit});
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(YamlEdit, SetsAValueWhereItStands) {
  EXPECT_EQ(edited("a: 1\nb: {c: 2, d: 3}\n", {"b.c=1e-3"}), "a: 1\nb: {c: 1e-3, d: 3}\n");
  EXPECT_EQ(edited("a: 1\n", {"a=[1, 2]"}), "a: [1, 2]\n");
}

TEST(YamlEdit, MakesWhatIsMissing) {
  EXPECT_EQ(edited("a: 1\n", {"b.c.d=x", "b.e=2"}), "a: 1\nb:\n  c: {d: x}\n  e: 2\n");
  EXPECT_EQ(edited("a: 1\nb:\n", {"b.c=1"}), "a: 1\nb: {c: 1}\n");
}

TEST(YamlEdit, ExplainsWhatItCannotDo) {
  for (const char* text : {"a", "=1", ".a=1", "a.=1", "a..b=1"}) {
    EXPECT_EQ(refusal(text), std::string("--set needs KEY=VALUE, such as training.epochs=5 or "
                                         "parameters.learning_rate.max=0.1; found '") +
                                 text + "'");
  }
  EXPECT_EQ(refusal("a.b=1"),
            "--set a.b: 'a' is not a map, so nothing can be set inside it; set it as a whole: "
            "--set 'a={...}'");
  EXPECT_TRUE(refusal("a=[1").starts_with("--set a=[1: the value is not valid YAML: "));
}

}  // namespace
}  // namespace hpsearch::runner
