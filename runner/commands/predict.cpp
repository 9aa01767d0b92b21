#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "nn/files/whole_file.h"
#include "nn/model/predictor.h"
#include "nn/model/row_source.h"
#include "reports/text/printable.h"
#include "reports/winner/prediction_csv.h"
#include "runner/commands/bad_rows.h"
#include "runner/commands/command.h"
#include "runner/commands/export_target.h"
#include "runner/commands/model_choice.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/split_list.h"
#include "runner/console/usage_error.h"
#include "runner/run/interrupt.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

// Both forms name the column in their first line: prediction, or prediction_NAME of several.
bool is_predictions(std::string_view beginning) {
  return beginning.substr(0, beginning.find('\n')).find("prediction") != beginning.npos;
}

std::string model_file(const Invocation& invocation) {
  return invocation.options.count("model") > 0 ? invocation.options["model"].as<std::string>() : "";
}

// Where the predictions go: stdout, or a file that appears complete or not at all.
class Output {
 public:
  explicit Output(const Invocation& invocation) {
    if (invocation.options.count("out") == 0) {
      ignore_write_signals();
      return;
    }
    path_ = invocation.options["out"].as<std::string>();
    if (path_.empty()) {
      throw UsageError("--out needs a file name");
    }
    existing_ =
        invocation.options.count("force") > 0 ? nn::Existing::kReplaced : nn::Existing::kKept;
    require_target(path_, TargetKind::kFile, existing_, invocation.database, {}, is_predictions);
    for (const std::string& read : {invocation.operands.front(), model_file(invocation)}) {
      std::error_code ignored;
      if (fs::equivalent(path_, read, ignored)) {
        throw UsageError(fmt::format("{} is the input; choose another name with --out",
                                     reports::printable(path_.string())));
      }
    }
    file_.emplace(path_);
  }

  void write(std::string_view text) {
    if (file_) {
      file_->write(text);
    } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
      throw std::runtime_error(
          fmt::format("cannot write the predictions: {}", std::strerror(errno)));
    }
  }

  // Returns where they are; empty for stdout.
  std::string finish() {
    if (!file_) {
      if (std::fflush(stdout) != 0) {
        throw std::runtime_error(
            fmt::format("cannot write the predictions: {}", std::strerror(errno)));
      }
      return "";
    }
    if (!file_->finish(existing_)) {
      refuse_taken(path_);
    }
    return path_.string();
  }

 private:
  fs::path path_;
  nn::Existing existing_ = nn::Existing::kKept;
  std::optional<nn::WholeFile> file_;
};

std::vector<std::string> kept_columns(const Invocation& invocation) {
  std::vector<std::string> names;
  if (invocation.options.count("keep") > 0) {
    for (const auto& list : invocation.options["keep"].as<std::vector<std::string>>()) {
      for (std::string& name : split_list(list)) {
        if (std::find(names.begin(), names.end(), name) != names.end()) {
          throw UsageError(fmt::format("--keep names the column '{}' twice", name));
        }
        names.push_back(std::move(name));
      }
    }
  }
  return names;
}

}  // namespace

void add_predict_options(po::options_description& options) {
  add_model_options(options);
  options.add_options()  //
      ("out", po::value<std::string>()->value_name("FILE"),
       "where to write (default: stdout); the file appears complete or not at all")  //
      ("force", "replace an earlier file")                                           //
      ("probabilities", "of classes: also the probability of each class")            //
      ("keep", po::value<std::vector<std::string>>()->value_name("COLUMNS")->composing(),
       "copy these columns of the input, by name or number from 0, separated by commas")       //
      ("skip-bad", "leave rows out that cannot be read, and count them, instead of an error")  //
      ("json", "write one JSON object a row instead of CSV");
}

const char kPredictHelp[] =
    R"(Predicts the rows of a table with the best trial's network, or with the ensemble. Columns are
found by their names, in any order; without a header line, by their positions. Further columns are
ignored, and the target may be missing. FILE is a table of text (also .gz and .zip, - is stdin), an
.npy or .npz file, an IDX file or a folder of IDX files. Tables of any length take little memory.

Writes CSV: the columns of --keep, then the prediction, with several targets one column for each;
with --probabilities also the probability of each class.

Examples
  hpsearch predict new.csv > predictions.csv
  hpsearch predict new.csv.gz --keep Id --probabilities --out predictions.csv
  hpsearch predict new.csv --trial 12
  hpsearch predict new.csv --model best.safetensors
  zcat new.csv.gz | hpsearch predict - --skip-bad

Exit codes: 0 done; 1 the predictions cannot be written, or the database cannot be read; 2 the input
has rows that cannot be read or lacks a column, there is no such model, or an option is invalid;
3 no trial is complete.
)";

int predict_command(const Invocation& invocation) {
  // What can be refused at once, before a trial is trained again.
  const std::string& file = require_input(invocation);
  const auto precision = choose_precision(invocation);
  Output output(invocation);
  const ChosenModel chosen = choose_model(invocation);
  const nn::TrainedModel& model = chosen.model;
  const bool probabilities = invocation.options.count("probabilities") > 0;
  if (probabilities && model.target.task == nn::Task::kRegression) {
    fmt::print(stderr, "note: this model predicts numbers, so --probabilities adds nothing\n");
  }
  nn::RowWishes wishes;
  wishes.keep = kept_columns(invocation);
  const auto source = nn::open_rows(file, model, wishes);
  nn::Predictor predictor(model, precision);
  const bool json = invocation.options.count("json") > 0;
  reports::PredictionText lines(
      model.target, {wishes.keep, false, probabilities},
      json ? reports::PredictionText::Form::kJsonLines : reports::PredictionText::Form::kCsv);
  BadRows bad(invocation.options.count("skip-bad") > 0);
  output.write(lines.header());
  nn::RowBlock block;
  std::string text;
  std::vector<std::string_view> keys(wishes.keep.size());
  std::size_t rows = 0;
  while (source->next(block)) {
    bad.add(block);
    text.clear();
    predictor.predict(block.rows, [&](std::size_t first, std::size_t count, const float* outputs,
                                      std::size_t stride) {
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t k = 0; k < keys.size(); ++k) {
          keys[k] = block.keys[k][first + i];
        }
        lines.add(keys, {}, outputs + i * stride, text);
      }
    });
    rows += block.rows.rows;
    output.write(text);
  }
  LinePrinter printer(stderr);
  bad.report(printer);
  const std::string where = output.finish();
  if (!where.empty()) {
    printer.line(fmt::format("wrote {}: {} prediction{} of {}", reports::printable(where), rows,
                             rows == 1 ? "" : "s", chosen.name));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
