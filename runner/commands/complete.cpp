#include "runner/commands/complete.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/settings/settings.h"
#include "reports/summary/sweep_story.h"
#include "reports/summary/trial_report.h"
#include "reports/sweep/sweep_list.h"
#include "reports/text/printable.h"
#include "runner/commands/command.h"
#include "runner/commands/help.h"
#include "runner/commands/table_sweep.h"
#include "runner/console/colour.h"
#include "runner/console/limits.h"
#include "search/sweep/metric.h"
#include "storage/peek.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr std::size_t kMostTrials = 500;  // the newest; nobody chooses among more

// Bash cuts words at '=', which then is a word of its own.
std::vector<std::string> joined(const std::vector<std::string>& words) {
  std::vector<std::string> whole;
  bool open = false;  // the last word goes on
  for (const std::string& word : words) {
    if (!whole.empty() && (word == "=" || open)) {
      whole.back() += word;
      open = word == "=";
    } else {
      whole.push_back(word);
    }
  }
  return whole;
}

class Completion {
 public:
  explicit Completion(const std::vector<std::string>& words) : words_(joined(words)) {
    prefix_ = words_.empty() ? "" : words_.back();
    read_words();
  }

  std::string run() {
    const std::size_t equals = prefix_.find('=');
    if (prefix_.starts_with("--") && equals != prefix_.npos) {
      offer_values(prefix_.substr(2, equals - 2), prefix_.substr(0, equals + 1));
    } else if (!awaited_.empty()) {
      offer_values(awaited_, "");
    } else if (command_ == nullptr && !prefix_.starts_with('-')) {
      for (const Command& command : command_table()) {
        offer(std::string(command.name), command.summary);
      }
    } else if (prefix_.starts_with('-')) {
      offer_options(global_options());
      if (command_ != nullptr) {
        offer_options(options_of(*command_));
      }
    } else {
      offer_operands();
    }
    return text_;
  }

 private:
  // The verb, the database and the sweep, and the option whose value the last word is.
  void read_words() {
    database_ = default_database();
    for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
      const std::string& word = words_[i];
      const std::size_t equals = word.find('=');
      std::string option = word.starts_with("--") ? word.substr(2, equals - 2) : "";
      std::string value = equals == word.npos ? "" : word.substr(equals + 1);
      if (!option.empty() && equals == word.npos && takes_value(option)) {
        if (i + 2 == words_.size()) {
          awaited_ = option;
          return;
        }
        value = words_[++i];
      }
      if (option == "db") {
        database_ = value;
      } else if (option == "sweep") {
        sweep_ = value;
      } else if (command_ == nullptr && !word.starts_with('-')) {
        const auto table = command_table();
        const auto found = std::find_if(table.begin(), table.end(),
                                        [&](const Command& c) { return c.name == word; });
        command_ = found == table.end() ? nullptr : &*found;
      }
    }
  }

  bool takes_value(const std::string& name) const {
    const auto takes = [&](const po::options_description& options) {
      return std::any_of(
          options.options().begin(), options.options().end(), [&](const auto& option) {
            return option->long_name() == name && option->semantic()->max_tokens() > 0;
          });
    };
    return takes(global_options()) || (command_ != nullptr && takes(options_of(*command_)));
  }

  void offer(const std::string& candidate, std::string_view description = "") {
    // The scripts of the shells quote what needs it; a line break or a tab would end a candidate.
    if (candidate.starts_with(prefix_) && reports::printable(candidate) == candidate) {
      text_ += candidate;
      text_ += description.empty() ? "" : "\t" + std::string(description);
      text_ += '\n';
    }
  }

  void offer_options(const po::options_description& options) {
    for (const auto& option : options.options()) {
      std::string text = option->description();
      text.resize(std::min(text.size(), text.find_first_of(";\n(")));
      text.resize(text.find_last_not_of(' ') + 1);
      offer("--" + option->long_name(), text);
    }
  }

  // Of an option; `before` stands before each value.
  void offer_values(const std::string& option, const std::string& before) {
    const std::string verb = command_ == nullptr ? "" : std::string(command_->name);
    if (option == "sweep") {
      for (const std::string& name : open_sweeps()) {
        offer(before + name);
      }
    } else if (option == "trial") {
      offer(before + "best");
      offer_trials(before);
    } else if (option == "format" && verb == "export") {
      for (const std::string_view format : export_format_names()) {
        offer(before + std::string(format));
      }
    } else if (option == "task") {
      for (const std::string_view task : kTasks) {
        offer(before + std::string(task));
      }
    } else if (option == "precision") {
      offer(before + "f32");
      offer(before + "bf16");
    } else if (option == "sort") {
      for (const char* column : {"trial", "value", "state", "stage", "best_epoch", "seconds"}) {
        offer(before + column);
      }
      offer_parameters(before, "");
    } else if (option == "metric" && verb == "report") {
      for (const char* series : {"loss", "accuracy"}) {
        offer(before + series);
      }
      for (const search::MetricInfo& metric : search::metric_table()) {
        offer(before + std::string(metric.name));
      }
    } else if (option == "color") {
      for (const std::string_view word : kColourWords) {
        offer(before + std::string(word));
      }
    } else if (option == "fields") {
      offer_fields(before);
    } else if (option == "set" && verb != "init") {
      for (const std::string_view name : nn::setting_names()) {
        const nn::SettingInfo& setting = *nn::find_setting(name);
        offer(fmt::format("{}{}.{}=", before,
                          setting.section == nn::Section::kModel ? "model" : "training", name),
              setting.meaning);
      }
    }
  }

  // The columns of the verb's table, which most fields of its JSON are called by too; behind what
  // is already chosen.
  void offer_fields(std::string before) {
    const std::string verb = command_ == nullptr ? "" : std::string(command_->name);
    const std::size_t comma = prefix_.rfind(',');
    if (comma != prefix_.npos) {
      before = prefix_.substr(0, comma + 1);
    }
    const bool trial = verb == "show" && shows_a_trial();
    std::vector<std::string> names;
    if (verb == "list") {
      names = reports::sweep_list_table({}, reports::Digits::kAll).columns;
    } else if (verb == "show") {
      names = trial ? reports::trial_table({}, reports::Digits::kAll).columns
                    : reports::story_table({}).columns;
    } else if (verb == "report") {
      names = {"rank",  "trial", "trial_id",   "state",  "value",
               "score", "stage", "best_epoch", "seconds"};
    }
    for (const std::string& name : names) {
      offer(before + name);
    }
    if (verb == "report") {
      offer_parameters(before, "");
    }
  }

  // Is one of the words before the last a number?
  bool shows_a_trial() const {
    return std::any_of(words_.begin(), std::prev(words_.end()), [](const std::string& word) {
      return whole_number(word, 0, kMaxTrials).has_value();
    });
  }

  void offer_operands() {
    if (command_->name == "completion") {
      for (const std::string_view shell : kShells) {
        offer(std::string(shell));
      }
    } else if (command_->name == "server") {
      for (const char* action : {"start", "stop", "status"}) {
        offer(action);
      }
    } else if (command_->name == "enqueue") {
      offer_parameters("", "=");
    } else if (command_->operands.find("SWEEP") != std::string_view::npos) {
      for (const std::string& name : open_sweeps()) {
        offer(name);
      }
    } else if (command_->name == "diff" || command_->operands.find('N') != std::string_view::npos) {
      offer_trials("");
    }
  }

  std::vector<std::string> open_sweeps() {
    return open() ? queries_->sweep_names() : std::vector<std::string>();
  }

  bool open() {
    if (!queries_ && std::filesystem::exists(database_)) {
      queries_ = storage::peek(database_);
    }
    return queries_ != nullptr;
  }

  std::optional<storage::SweepRow> sweep() {
    return !open()          ? std::nullopt
           : sweep_.empty() ? queries_->newest_sweep()
                            : queries_->sweep(sweep_);
  }

  void offer_trials(const std::string& before) {
    const auto row = sweep();
    const auto numbers = row ? queries_->trial_numbers(row->sweep_id) : std::nullopt;
    if (!numbers) {
      return;
    }
    const std::uint64_t end = numbers->second + 1;
    const std::uint64_t first =
        std::max(numbers->first, end > kMostTrials ? end - kMostTrials : std::uint64_t{0});
    const bool failed = command_ != nullptr && command_->name == "retry";
    queries_->for_each_trial(row->sweep_id, {first, end}, [&](const storage::TrialRow& trial) {
      if (!failed || trial.state == search::TrialState::kFailed) {
        offer(fmt::format("{}{}", before, trial.number), search::to_text(trial.state));
      }
    });
  }

  void offer_parameters(const std::string& before, const std::string& behind) {
    const auto row = sweep();
    const auto stages = row ? queries_->stages(row->sweep_id) : std::vector<storage::StageRow>();
    const auto space = stages.empty() ? nlohmann::ordered_json()
                                      : nn::parse_ordered_json(stages.front().space_json);
    for (const auto& [name, range] : space.items()) {
      offer(before + name + behind);
    }
  }

  std::vector<std::string> words_;
  std::string prefix_;   // of the word that is to be completed
  std::string awaited_;  // the option whose value that word is
  const Command* command_ = nullptr;
  std::filesystem::path database_;
  std::string sweep_;  // empty: the newest
  std::unique_ptr<storage::Queries> queries_;
  std::string text_;
};

}  // namespace

std::string completions(const std::vector<std::string>& words) {
  try {
    return Completion(words).run();
  } catch (const std::exception&) {  // a shell has no place for a message
    return "";
  }
}

}  // namespace hpsearch::runner
