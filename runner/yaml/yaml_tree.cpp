#include "runner/yaml/yaml_tree.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "runner/yaml/yaml_extent.h"
#include "runner/yaml/yaml_merge.h"
#include "runner/yaml/yaml_scalar.h"
#include "runner/yaml/yaml_surrogates.h"
#include "runner/yaml/yaml_text.h"

namespace hpsearch::runner {
namespace {

// Aliases copy text, so the total needs a limit of its own.
constexpr std::size_t kMaxCopiedBytes = 8 * kMaxYamlBytes;
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

bool is_plain(const std::string& tag) {
  return tag.empty() || tag == "?" || tag == "!";
}

// Thrown by an event handler to end yaml-cpp's parse. The error is already in the diagnostics.
struct StopParsing {};

// Builds our tree from yaml-cpp's events and refuses what hpsearch does not support.
//
// Design note: events, not YAML::Node. A Node has lost the positions of aliases and the quotes, and
// its shared nodes can form cycles.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, std::vector<Diagnostic>& diagnostics)
      : text_(text), places_(text), diagnostics_(diagnostics) {}

  // The root value; null if the document is empty.
  YamlNode take_root() { return std::move(root_); }
  bool has_value() const { return has_value_; }
  std::size_t last_scalar() const { return last_scalar_; }
  void add_error(std::size_t offset, std::string message) {
    diagnostics_.push_back({places_.at(offset), std::move(message)});
  }

  std::size_t offset_of(const YAML::Mark& mark) {
    last_offset_ =
        mark.pos < 0 ? text_.size() : std::min(static_cast<std::size_t>(mark.pos), text_.size());
    return last_offset_;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    const std::size_t previous = last_offset_;
    const std::size_t offset = offset_of(mark);
    if (std::exchange(in_document_, true)) {
      refuse_rest(previous, offset);
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t offset = offset_of(mark);
    spend({}, offset);
    YamlNode node = make(YamlNode::Kind::kNull, offset);
    const bool written = is_written_null(text_, offset);
    has_value_ = has_value_ || written;
    if (expects_key()) {
      remember(anchor, node, offset);
      refuse_key(
          written ? "a key must be text; put null in quotes" : "a key is missing before this ':'",
          offset);
      return;
    }
    if (!written) {
      place_empty(node, offset);
    }
    deliver(std::move(node), anchor, offset);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    has_value_ = true;
    const std::size_t offset = offset_of(mark);
    if (expects_key()) {
      refuse_key("an alias cannot be a key; write the key out", offset);
      return;
    }
    const auto known = anchored_.find(anchor);
    if (known == anchored_.end()) {
      add_error(offset, "this alias is inside its own anchor; write the value out");
      deliver(make(YamlNode::Kind::kNull, offset), YAML::NullAnchor, offset);
      return;
    }
    const Extent extent = extent_of(known->second);
    check_depth(static_cast<int>(open_.size()) + extent.depth, offset);
    spend(extent, offset);
    YamlNode node = known->second;
    node.position = places_.at(offset);
    deliver(std::move(node), YAML::NullAnchor, offset);
  }

  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override {
    has_value_ = true;
    const std::size_t offset = offset_of(mark);
    last_scalar_ = offset;
    spend({1, value.size(), 0}, offset);
    YamlNode node = make(YamlNode::Kind::kScalar, offset);
    node.text = value;
    node.tag = scalar_tag(tag, offset);
    node.quoted = tag == "!" || node.tag == "str";
    if (expects_key()) {
      take_key(node, offset);
      remember(anchor, node, offset);
      return;
    }
    deliver(std::move(node), anchor, offset);
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    start(YamlNode::Kind::kSequence, mark, tag, "seq", anchor);
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    start(YamlNode::Kind::kMap, mark, tag, "map", anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Open {  // a map or list that has not ended yet
    YamlNode node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::size_t offset = 0;
    std::unordered_map<std::string, int> key_lines = {};
    bool has_key = false;      // the key of a map was read; its value comes next
    bool key_refused = false;  // and that value is dropped
    bool merging = false;      // the key is '<<', whose value has more entries for the map
    std::vector<YamlEntry> merged = {};
    std::string key = {};
    std::size_t key_offset = 0;
  };
  YamlNode make(YamlNode::Kind kind, std::size_t offset) const {
    YamlNode node;
    node.kind = kind;
    node.position = places_.at(offset);
    return node;
  }

  bool expects_key() const {
    return !open_.empty() && open_.back().node.kind == YamlNode::Kind::kMap &&
           !open_.back().has_key;
  }

  // Refuses text that yaml-cpp left after the document, whose last value starts at `previous`.
  [[noreturn]] void refuse_rest(std::size_t previous, std::size_t offset) {
    const bool ended = text_.substr(previous, offset - previous).find("\n...") < offset;
    const bool second = ended || text_.substr(offset).starts_with("---");
    add_error(
        offset,
        second ? "a second document starts here; a file can have only one"
               : "this does not belong to the value above it; remove it, or check the indentation");
    throw StopParsing{};
  }

  void place_empty(YamlNode& node, std::size_t offset) {
    if (open_.empty()) {
      return;
    }
    if (open_.back().node.kind == YamlNode::Kind::kMap) {
      node.position = places_.at(open_.back().key_offset);
    } else if (text_.substr(offset).starts_with(',')) {
      add_error(offset, "an empty list item; remove the ',' or write null");
    } else {
      node.position = places_.at(empty_item_offset(text_, offset));
    }
  }

  std::string scalar_tag(const std::string& tag, std::size_t offset) {
    constexpr std::array<std::string_view, 5> kKnown = {"float", "int", "str", "bool", "null"};
    if (is_plain(tag)) {
      return {};
    }
    const std::string_view name =
        tag.starts_with(kTagPrefix) ? std::string_view(tag).substr(kTagPrefix.size()) : "";
    if (std::ranges::find(kKnown, name) != kKnown.end()) {
      return std::string(name);
    }
    refuse_tag(tag, offset);
    return {};
  }

  void refuse_tag(const std::string& tag, std::size_t offset) {
    const bool core = tag.starts_with(kTagPrefix);
    const std::string written = core ? "!!" + tag.substr(kTagPrefix.size()) : tag;
    add_error(offset, fmt::format("the tag {} is not supported here; remove it (a single value can "
                                  "have !!str, !!int, !!float, !!bool or !!null)",
                                  in_quotes(written)));
  }

  void check_depth(int depth, std::size_t offset) {
    if (depth > kMaxYamlDepth) {
      add_error(offset, fmt::format("maps and lists are nested more than {} deep", kMaxYamlDepth));
      throw StopParsing{};
    }
  }

  void spend(const Extent& extent, std::size_t offset) {
    nodes_ += extent.nodes;
    bytes_ += extent.bytes;
    if (nodes_ > kMaxYamlNodes || bytes_ > kMaxCopiedBytes) {
      add_error(offset, fmt::format("with its aliases the file exceeds {} values or {} MiB of text",
                                    kMaxYamlNodes, kMaxCopiedBytes / kMaxYamlBytes));
      throw StopParsing{};
    }
  }

  void start(YamlNode::Kind kind,
             const YAML::Mark& mark,
             const std::string& tag,
             std::string_view own_tag,
             YAML::anchor_t anchor) {
    has_value_ = true;
    const std::size_t offset = offset_of(mark);
    check_depth(static_cast<int>(open_.size()) + 1, offset);
    spend({}, offset);
    if (!is_plain(tag) && tag != std::string(kTagPrefix).append(own_tag)) {
      refuse_tag(tag, offset);
    }
    open_.push_back({make(kind, offset), anchor, offset});
  }

  void end() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add_merged(done.node, std::move(done.merged));
    if (expects_key()) {
      refuse_key("a key must be text; found a list or a map", done.offset);
      remember(done.anchor, done.node, done.offset);
      return;
    }
    deliver(std::move(done.node), done.anchor, done.offset);
  }

  void take_key(const YamlNode& node, std::size_t offset) {
    if (node.text == "<<" && !node.quoted) {
      begin_value(offset);
      open_.back().merging = true;
      return;
    }
    if (node.text.size() > kMaxYamlKeyBytes) {
      return refuse_key(
          fmt::format("this key has {} bytes; the limit is {}", node.text.size(), kMaxYamlKeyBytes),
          offset);
    }
    const Scalar scalar = read_scalar(node);
    const nn::Value* value = std::get_if<nn::Value>(&scalar);
    if (value == nullptr || !std::holds_alternative<std::string>(*value)) {
      return refuse_key(explain_refused_key(node.text, text_, offset), offset);
    }
    Open& map = open_.back();
    const Position position = places_.at(offset);
    const auto [first, is_new] = map.key_lines.try_emplace(node.text, position.line);
    if (!is_new) {
      return refuse_key(fmt::format("duplicate key {}; it is already on line {}",
                                    in_quotes(node.text), first->second),
                        offset);
    }
    begin_value(offset);
    map.key = node.text;
  }

  // Called after a key was read.
  void begin_value(std::size_t key_offset) {
    Open& map = open_.back();
    map.has_key = true;
    map.key_offset = key_offset;
    // is_written_null() mistakes an empty value before a key such as "nullable" for a null.
    if (!map.node.entries.empty()) {
      YamlEntry& previous = map.node.entries.back();
      if (previous.value.position == places_.at(key_offset)) {
        previous.value.position = previous.key_position;
      }
    }
  }

  void refuse_key(std::string message, std::size_t offset) {
    add_error(offset, std::move(message));
    begin_value(offset);
    open_.back().key_refused = true;
    open_.back().node.incomplete = true;
  }

  void remember(YAML::anchor_t anchor, const YamlNode& node, std::size_t offset) {
    if (anchor != YAML::NullAnchor) {
      spend(extent_of(node), offset);
      anchored_.insert_or_assign(anchor, node);
    }
  }

  void deliver(YamlNode node, YAML::anchor_t anchor, std::size_t offset) {
    remember(anchor, node, offset);
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kSequence) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    if (parent.merging) {
      merge(node, places_.at(parent.key_offset), parent.merged, diagnostics_);
    } else if (!parent.key_refused) {
      parent.node.entries.push_back(
          {std::move(parent.key), places_.at(parent.key_offset), std::move(node)});
    }
    parent.has_key = false;
    parent.key_refused = false;
    parent.merging = false;
  }

  std::string_view text_;
  TextPlaces places_;
  std::vector<Diagnostic>& diagnostics_;
  YamlNode root_;
  bool has_value_ = false;
  bool in_document_ = false;
  std::size_t last_scalar_ = std::string_view::npos;
  std::size_t last_offset_ = 0;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, YamlNode> anchored_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

// Feeds the text to the builder. Lets yaml-cpp's exceptions and StopParsing through.
void read_document(const std::string& text, TreeBuilder& builder) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  parser.HandleNextDocument(builder);
  // Not a loop over documents, as in YAML::LoadAll: for "," yaml-cpp never stops finding documents.
  if (parser) {
    parser.HandleNextDocument(builder);
  }
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &YamlEntry::key);
  return found == entries.end() ? nullptr : &found->value;
}

YamlNode* YamlNode::find(std::string_view key) {
  const auto found = std::ranges::find(entries, key, &YamlEntry::key);
  return found == entries.end() ? nullptr : &found->value;
}

std::optional<YamlNode> parse_yaml(const SourceText& source, std::vector<Diagnostic>& diagnostics) {
  if (std::optional<Diagnostic> error = find_text_error(source.text)) {
    diagnostics.push_back(*std::move(error));
    return std::nullopt;
  }
  const std::string text = join_surrogates(normalized_text(source.text));
  TreeBuilder builder(text, diagnostics);
  std::optional<SyntaxError> error;
  try {
    read_document(text, builder);
  } catch (const StopParsing&) {
    return std::nullopt;
  } catch (const YAML::Exception& exception) {
    error = explain_syntax_error(exception.msg, text, builder.offset_of(exception.mark));
  }
  // yaml-cpp accepts the end of the text as a closing quote.
  if (const std::size_t last = builder.last_scalar(); !has_closing_quote(text, last)) {
    error = SyntaxError{last, "the quoted text that starts here has no closing quote"};
  }
  if (error) {
    builder.add_error(error->offset, std::move(error->sentence));
    return std::nullopt;
  }
  if (!builder.has_value()) {
    diagnostics.push_back({{}, "the file is empty; `hpsearch init` writes a file to start from"});
    return std::nullopt;
  }
  return builder.take_root();
}

}  // namespace hpsearch::runner
