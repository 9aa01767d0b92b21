#include "runner/sweep_run.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/training_data.h"
#include "reports/sweep_report.h"
#include "runner/cli.h"
#include "runner/data_checks.h"
#include "runner/driver.h"
#include "runner/environment.h"
#include "runner/sweep_identity.h"
#include "runner/test_metric.h"
#include "runner/usage_error.h"
#include "search/sampler.h"
#include "storage/error.h"
#include "storage/sweep_lock.h"

namespace hpsearch::runner {
namespace {

std::string display(const std::string& text) {
  return text.empty() ? "(absent)" : text;
}

std::string refusal(const storage::SweepRow& sweep,
                    const std::filesystem::path& database,
                    const std::vector<YamlDifference>& differences) {
  std::string text = fmt::format("sweep '{}' is in {} with another configuration:\n", sweep.name,
                                 database.string());
  for (const YamlDifference& d : differences) {
    text += fmt::format("  {}: {} -> {}\n", d.path, display(d.before), display(d.after));
  }
  return text + fmt::format(
                    "give this file another name, or start anew with --fresh (the old results "
                    "stay, as '{}~1')",
                    sweep.name);
}

// One run of one sweep; its steps in the order in which they are taken.
class SweepRun {
 public:
  SweepRun(const SweepFile& file,
           const RunRequest& request,
           Interrupt& interrupt,
           LinePrinter& printer)
      : file_(file),
        spec_(file.spec),
        request_(request),
        interrupt_(interrupt),
        printer_(printer) {}

  int run() {
    load_data();
    take_over_sweep();
    if (already_complete()) {
      printer_.line(
          fmt::format("sweep '{}' is already complete; raise run_cap to extend it", sweep_.name));
      return answer();
    }
    begin();
    try {
      train();
      if (interrupt_.token().stop_requested() || !compute_test_metric()) {
        return interrupted();
      }
      store_->end_run(sweep_.sweep_id, "complete", "run_cap", winner_id_, test_metrics_);
    } catch (...) {
      give_up();
      throw;
    }
    return answer();
  }

 private:
  void load_data() {
    dataset_ = std::make_shared<const nn::Dataset>(nn::load_dataset(spec_.dataset.source));
    spec_ = resolve(file_, *dataset_);
    data_ = nn::prepare(dataset_, spec_.dataset.split, spec_.dataset.preprocess,
                        spec_.dataset.standardize_target);
    check_validation(file_, spec_, data_);
    data_json_ = data_json(*dataset_);
    config_hash_ = config_hash(file_.tree, data_json_);
    for (const std::string& note : dataset_->notes) {
      printer_.line(note);
    }
  }

  // Finds or makes the sweep, makes it ours, and refuses a changed configuration.
  void take_over_sweep() {
    store_ = std::make_unique<storage::Store>(request_.database, tool_version());
    store_->interrupt_dead_sweeps();
    if (request_.existing == Existing::kSetAside) {
      set_aside();
    }
    sweep_ = store_->find_or_create_sweep(new_sweep(), stage(), spec_.space);
    lock_ = std::make_unique<storage::SweepLock>(request_.database, sweep_.sweep_id, sweep_.name);
    sweep_ = *store_->find_sweep(sweep_.name);  // as it is now that nobody else changes it
    if (const auto changed = differences(sweep_, file_.tree, data_json_); !changed.empty()) {
      throw UsageError(refusal(sweep_, request_.database, changed));
    }
  }

  void set_aside() {
    if (const auto old = store_->find_sweep(spec_.name)) {
      const storage::SweepLock lock(request_.database, old->sweep_id, old->name);
      const std::string name = store_->set_aside(*old);
      printer_.line(fmt::format("the old sweep is now '{}'", name));
    }
  }

  storage::NewSweep new_sweep() const {
    return {spec_.name,        spec_.method,
            spec_.metric.name, std::string(search::to_text(spec_.metric.goal)),
            spec_.seed,        file_.config_yaml,
            config_hash_,      data_json_,
            tool_version()};
  }

  storage::StageRow stage() const {
    std::optional<int> epochs = nn::Settings{}.epochs;
    if (search::find_parameter(spec_.space, "epochs") != nullptr) {
      epochs.reset();
    } else if (const auto it = spec_.settings.find("epochs"); it != spec_.settings.end()) {
      epochs = static_cast<int>(std::get<std::int64_t>(it->second));
    }
    return {0, epochs, spec_.run_cap, search::space_json(spec_.space)};
  }

  Plan plan() {
    return make_plan(store_->trials(sweep_.sweep_id), spec_.run_cap,
                     spec_.metric.goal == search::Goal::kMaximize);
  }

  bool already_complete() {
    storage::Queries queries(request_.database);
    const auto stage = queries.stage(sweep_.sweep_id, 0);
    return sweep_.state == "complete" && stage && stage->trials == spec_.run_cap &&
           plan().nothing_to_train();
  }

  // From here on the sweep is `running`. Epochs that unfinished trials have stored will be compared
  // when they are trained again, unless another CPU or build must be expected to give other bits.
  void begin() {
    const std::string here = fingerprint();
    std::vector<std::string> before;
    for (const storage::EventRow& event : store_->events(sweep_.sweep_id, "run_started")) {
      const auto json = nlohmann::json::parse(event.detail_json, nullptr, false);
      before.push_back(json.is_object() ? json.value("fingerprint", "") : "");
    }
    same_machine_ = std::count(before.begin(), before.end(), here) == std::ssize(before);
    const bool comparable = before.empty() || before.back() == here;
    if (!comparable && !plan().unfinished.empty()) {
      printer_.line(
          "unfinished trials start again: they were begun on another CPU or by another build, "
          "which "
          "may give other bits");
    }
    workers_ = request_.workers.value_or(spec_.workers.value_or(usable_cores()));
    const nlohmann::ordered_json event{
        {"fingerprint", here}, {"workers", workers_}, {"run_cap", spec_.run_cap}};
    store_->begin_run(
        sweep_.sweep_id,
        {.config_yaml = file_.config_yaml,
         .config_hash = config_hash_,
         .host_json = host_json(),
         .run_cap = spec_.run_cap,
         .event_json = event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
         .forget_unfinished = !comparable});
  }

  void train() {
    const Plan left = plan();
    if (left.nothing_to_train()) {
      return;
    }
    printer_.line(fmt::format(
        "{}: {} trials to train on {} workers{}", sweep_.name, left.to_train(), workers_,
        left.finished > 0 ? fmt::format(", {} done before", left.finished) : ""));
    std::map<std::uint64_t, std::vector<nn::EpochRecord>> stored;
    for (const storage::TrialRow& trial : left.unfinished) {
      stored[trial.number] = store_->epochs(trial.trial_id);
    }
    const auto sampler = search::find_sampler(spec_.method)->make(spec_.space, spec_.seed);
    storage::Recorder recorder(std::move(*store_), sweep_.sweep_id,
                               [this] { stop_.request_stop(); });
    store_.reset();
    Progress progress(printer_);
    const std::stop_callback forward(interrupt_.token(), [this] { stop_.request_stop(); });
    try {
      const auto executor = make_executor(workers_);
      drive({spec_, data_, *sampler, recorder, *executor, progress, workers_, stored}, left,
            stop_.get_token());
    } catch (...) {
      take_back(recorder);
      throw;
    }
    store_ = std::make_unique<storage::Store>(recorder.close());
  }

  void take_back(storage::Recorder& recorder) noexcept {
    try {
      store_ = std::make_unique<storage::Store>(recorder.close());
    } catch (const std::exception&) {  // the error that is on its way already says why
    }
  }

  // The run ends for a reason beyond its trials: what is committed stays, and the sweep is
  // `interrupted`. Where the database itself has failed, the next run finds it as a killed one
  // leaves it.
  void give_up() noexcept {
    try {
      if (store_) {
        store_->end_run(sweep_.sweep_id, "interrupted", std::nullopt, std::nullopt, {});
      }
    } catch (const std::exception&) {  // the error that is on its way already says why
    }
  }

  // False if it was interrupted.
  bool compute_test_metric() {
    storage::Queries queries(request_.database);
    const auto best = queries.best(sweep_.name);
    if (!best || data_.split.test.empty()) {
      return true;
    }
    printer_.line(fmt::format("training trial {} again up to epoch {} for its test metric",
                              best->trial, best->best_epoch));
    TrialTask task;
    task.number = best->trial;
    task.seed = best->seed;
    task.settings = spec_.settings;
    for (const auto& [name, value] : search::parse_params_json(best->params_json)) {
      task.settings.insert_or_assign(name, value);
    }
    task.stored = queries.epochs(best->trial_id);
    const auto begin = std::chrono::steady_clock::now();
    auto metrics = winner_metrics(task, best->best_epoch);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    store_->add_active_seconds(sweep_.sweep_id, elapsed.count());
    if (!metrics) {
      return false;
    }
    winner_id_ = best->trial_id;
    test_metrics_ = *std::move(metrics);
    return true;
  }

  std::optional<std::vector<storage::MetricRow>> winner_metrics(TrialTask task, int best_epoch) {
    try {
      return test_metrics(task, best_epoch, data_, interrupt_.token());
    } catch (const NotReproducible&) {
      if (same_machine_) {
        throw;
      }
    }
    printer_.line(
        "the winner was trained on another CPU or by another build and gives other bits here: its "
        "test metric is that of the weights trained here");
    store_->add_event(sweep_.sweep_id, task.number, {"test_metric_of_other_weights", "{}"});
    task.stored.clear();
    return test_metrics(task, best_epoch, data_, interrupt_.token());
  }

  int interrupted() {
    store_->end_run(sweep_.sweep_id, "interrupted", "signal", std::nullopt, {});
    printer_.line(fmt::format("interrupted; nothing that was finished is lost. To continue:\n  {}",
                              request_.continue_command));
    return kExitInterrupted;
  }

  int answer() {
    storage::Queries queries(request_.database);
    const auto report = reports::read_report(queries, *queries.sweep(sweep_.name), 1);
    fmt::print("{}", reports::headline(report));
    if (report.top.empty()) {
      printer_.line("no trial is complete; look at the reasons with: sqlite3 " +
                    request_.database.string() + " 'SELECT number, state, reason FROM trials'");
      return kExitNoTrial;
    }
    return kExitDone;
  }

  const SweepFile& file_;
  search::SweepSpec spec_;  // complete once the data is known
  const RunRequest& request_;
  Interrupt& interrupt_;
  LinePrinter& printer_;

  std::shared_ptr<const nn::Dataset> dataset_;
  nn::TrainingData data_;
  std::string data_json_;
  std::string config_hash_;
  std::unique_ptr<storage::Store> store_;
  storage::SweepRow sweep_;
  std::unique_ptr<storage::SweepLock> lock_;
  bool same_machine_ = true;  // all runs of this sweep had the fingerprint of this one
  int workers_ = 1;
  std::stop_source stop_;
  std::optional<std::int64_t> winner_id_;
  std::vector<storage::MetricRow> test_metrics_;
};

}  // namespace

int run_sweep(const SweepFile& file,
              const RunRequest& request,
              Interrupt& interrupt,
              LinePrinter& printer) {
  return SweepRun(file, request, interrupt, printer).run();
}

}  // namespace hpsearch::runner
