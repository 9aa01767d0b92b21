#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "runner/commands/command.h"
#include "runner/console/exit_code.h"
#include "runner/console/key_wait.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/shell_word.h"
#include "runner/run/interrupt.h"
#include "runner/run/sweep_run.h"
#include "runner/tour/notes_files.h"
#include "runner/tour/tour_steps.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

// A folder that goes with this object and all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "hpsearch-tour-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "cannot make a folder " + name);
    }
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void write_notes(const fs::path& folder) {
  for (const NotesFile& file : kNotesFiles) {
    std::ofstream stream(folder / file.name, std::ios::binary);
    stream << file.text;
    if (!stream.flush()) {
      throw std::system_error(errno, std::generic_category(),
                              "cannot write " + (folder / file.name).string());
    }
  }
}

class Tour {
 public:
  Tour(fs::path database, fs::path notes, std::stop_token stop)
      : database_(std::move(database)), notes_(std::move(notes)), stop_(std::move(stop)) {
    if (isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1) {
      keys_.emplace();
    }
  }

  // The exit code.
  int run() {
    const auto steps = tour_steps();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      print_text(
          fmt::format("{}{} of {}: {}\n", i == 0 ? "" : "\n", i + 1, steps.size(), steps[i].title));
      static_cast<void>(std::fflush(stdout));
      if (const int code = train(steps[i]); code != kExitDone) {
        return code;
      }
      show(steps[i]);
      if (i + 1 < steps.size() && !goes_on()) {
        return stop_.stop_requested() ? kExitInterrupted : kExitDone;
      }
    }
    return kExitDone;
  }

 private:
  // Trains what the step looks at. Says on which file of the notes it is based.
  int train(const TourStep& step) {
    for (const TourSweep& sweep : step.sweeps) {
      std::vector<YamlEdit> edits{{"name", std::string(sweep.name)}};
      for (const std::string_view edit : sweep.edits) {
        edits.push_back(parse_edit(std::string(edit)));
      }
      const SweepFile file = load_sweep_file((notes_ / sweep.file).string(), edits);
      RunRequest request;
      request.database = database_;
      request.silent = true;
      LinePrinter printer(stderr, Verbosity::kQuiet);
      const int code = run_sweep(file, request, stop_, printer);
      if (code != kExitDone) {
        return code;
      }
    }
    return kExitDone;
  }

  void show(const TourStep& step) {
    const auto queries = storage::open_queries(database_);
    constexpr std::size_t kWidest = 100;
    const std::size_t width = std::min(terminal_width(stdout), kWidest);
    const TourLook look{width, writes_utf8() ? reports::Glyphs::kUnicode : reports::Glyphs::kAscii};
    std::string text = "\n" + step.picture(*queries, look) + "\n" +
                       reports::wrapped(step.sentence(*queries) + "\n", width, 0);
    if (!step.sweeps.empty()) {
      double seconds = 0.0;
      std::int64_t trials = 0;
      for (const TourSweep& sweep : step.sweeps) {
        seconds += queries->sweep(std::string(sweep.name)).value().active_seconds;
        trials += queries->summary(std::string(sweep.name)).trials;
      }
      text += fmt::format("({} trials of configs/notes/{}, trained in {})\n", trials,
                          step.sweeps.front().file, reports::duration_text(seconds));
    }
    print_text(text);
    static_cast<void>(std::fflush(stdout));
  }

  // Waits for a key, where there is a terminal. False: the user leaves.
  bool goes_on() {
    if (!keys_) {
      return !stop_.stop_requested();
    }
    constexpr char kPrompt[] = "\nEnter goes on, q leaves ";
    fmt::print("{}", kPrompt);
    static_cast<void>(std::fflush(stdout));
    constexpr char kEndOfInput = '\x04';
    const char key = keys_->next(stop_);
    fmt::print("\n");
    return key != '\0' && key != 'q' && key != 'Q' && key != kEndOfInput;
  }

  fs::path database_;
  fs::path notes_;
  std::stop_token stop_;
  std::optional<KeyWait> keys_;  // empty without a terminal
};

}  // namespace

const char kTourHelp[] =
    R"(A course about searches in nine steps: what the loss is before training, learning rates that explode
or crawl, L2, dropout, log scales, random points against a grid, a best value at the border, and
coarse to fine. Each step trains a small sweep of configs/notes, draws what it found, and says it in
a sentence. On a terminal Enter goes on and q leaves; elsewhere all steps run through.

The tour works in a temporary folder, which it removes. With --db FILE it keeps its sweeps, for
report, show and serve.

Examples
  hpsearch tour
  hpsearch tour --db tour.db && hpsearch serve --db tour.db

Exit codes: 0 done, or left with q; 1 a file cannot be written; 130 interrupted.
)";

int tour_command(const Invocation& invocation) {
  ignore_write_signals();
  const Interrupt interrupt;
  const TemporaryFolder folder;
  write_notes(folder.path());
  // Not $HPSEARCH_DB, which is a place for work.
  const bool kept = invocation.options.count("db") > 0;
  const fs::path database = kept ? invocation.database : folder.path() / "tour.db";
  const int code = Tour(database, folder.path(), interrupt.token()).run();
  if (code != kExitDone) {
    return code;
  }
  const std::string program = shell_word(invocation.program);
  print_text(
      fmt::format("\nTo go on: {0} init writes a first sweep file; {0} init --data FILE.csv one "
                  "for your table.\n",
                  program));
  if (kept) {
    print_text(fmt::format("The sweeps of this tour: {0} list --db {1}\n", program,
                           shell_word(database.string())));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
