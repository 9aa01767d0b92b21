// A small sweep in a database, written in plain SQL with fixed times.
#pragma once

#include <string>

#include "storage/queries.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::reports {

struct ReportDatabase {
  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "x.db";

  ReportDatabase() {
    storage::open_store(file, "1.0");
    run("INSERT INTO sweeps VALUES (1, 'digits', 'random', 'val_accuracy', 'maximize', 7, 'yaml', "
        "'hash', '{}', 'complete', '2026-01-31T10:00:00.000Z', '2026-01-31T10:03:20.000Z', 200.25, "
        "'run_cap', '1.0', NULL, NULL)");
    run("INSERT INTO stages VALUES (1, 0, 3, 6, '" + space_json() + "')");
  }

  static std::string space_json() {
    return R"({"dropout":{"value":0.25},)"
           R"("hidden":{"values":[[64],[64,32]]},)"
           R"("learning_rate":{"min":0.0001,"max":1.0,"scale":"log","type":"real"}})";
  }

  void run(const std::string& sql) { storage::Sql(file).run(sql); }

  // Trials 0 ... 5: complete, better, diverged, pruned, failed, interrupted.
  void add_trials() {
    run(R"(INSERT INTO trials(trial_id, sweep_id, number, state, value, score, best_epoch,
             epochs_done, epochs, seed, stage, params_json, params_hash, created_at, seconds,
             attempt, worker) VALUES
           (1, 1, 0, 'complete', 0.875, -0.875, 2, 2, 3, 100, 0,
            '{"dropout":0.25,"hidden":[64],"learning_rate":0.1}', '', '', 1.5, 1, 'w0'),
           (2, 1, 1, 'complete', 0.9375, -0.9375, 1, 1, 3, 101, 0,
            '{"dropout":0.25,"hidden":[64,32],"learning_rate":0.012345678}', '', '', 0.125, 1, 'w1'),
           (3, 1, 2, 'diverged', NULL, NULL, NULL, 1, 3, 102, 0,
            '{"dropout":0.25,"hidden":[64],"learning_rate":1.0}', '', '', 0.5, 2, 'w0'),
           (4, 1, 3, 'pruned', 0.5, -0.5, 1, 1, 3, 103, 0, '{}', '', '', 0.5, 1, 'w0'),
           (5, 1, 4, 'failed', NULL, NULL, NULL, 0, 3, 104, 0, '{}', '', '', 0.5, 1, 'w0'),
           (6, 1, 5, 'interrupted', 0.999, -0.999, 1, 1, 3, 105, 0, '{}', '', '', 0.5, 1, 'w0'))");
    run(R"(INSERT INTO epochs VALUES
           (1, 0, 1, 0.5, 0.75, 0.25, 0.8125, 0.1, 1.5, 10.0, 0.001, 0.3, NULL),
           (1, 0, 2, 0.4, 0.8, 0.2, 0.875, 0.1, 1.25, 11.0, 0.0005, 0.4, NULL),
           (2, 0, 1, 1e-300, 1.0, 0.1, 0.9375, 0.012345678, 0.0, -0.0, 3.0, 0.5, NULL),
           (3, 0, 1, NULL, 0.1, NULL, 0.1, 1.0, NULL, NULL, NULL, 0.6, 'train_loss,val_loss'),
           (4, 0, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, NULL),
           (5, 0, 1, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, NULL),
           (6, 0, 1, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, NULL))");
  }
  void add_test_metrics() {
    run("INSERT INTO metrics VALUES (2, 0, 1, 'test_accuracy', 0.921875), (2, 0, 1, 'test_loss', "
        "0.3), (2, 0, 0, 'initial_loss', 2.3), (1, 0, 2, 'test_accuracy', 0.1)");
  }
};

}  // namespace hpsearch::reports
