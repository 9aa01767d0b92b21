// Trials in folds for the database of report_database.h.
#pragma once

#include "tests/reports/report_database.h"

namespace hpsearch::reports {

// Makes trial 1 one of three folds, the second of which stopped after its first epoch; the others
// have two. Its test metrics are those of an ensemble. Requires add_trials().
inline void add_folds(ReportDatabase& database) {
  database.run(R"(UPDATE sweeps SET data_json = '{"folds":3}';
         UPDATE trials SET best_epoch = NULL, value = 0.75, score = -0.75, epochs_done = 5,
           epochs = 6 WHERE trial_id = 2;
         UPDATE trials SET state = 'failed', value = NULL, score = NULL WHERE trial_id = 1;
         DELETE FROM epochs WHERE trial_id = 2;
         INSERT INTO replicates VALUES
           (2, 0, 7, 0, 'complete', 0.5, 2, 2, 1.0), (2, 1, 8, 1, 'complete', 0.75, 1, 1, 0.5),
           (2, 2, 9, 2, 'complete', 1.0, 1, 2, 1.0);
         INSERT INTO epochs VALUES
           (2, 0, 1, 1.0, 0.2, 0.9, 0.25, 0.01, 4, 5, 6, 1, NULL),
           (2, 0, 2, 0.5, 0.4, 0.6, 0.5, 0.02, 4, 5, 6, 1, NULL),
           (2, 1, 1, 2.0, 0.3, 0.3, 0.75, 0.01, 4, 5, 6, 1, NULL),
           (2, 2, 1, 3.0, 0.4, 0.3, 1.0, 0.01, 4, 5, 9, 1, NULL),
           (2, 2, 2, 1.5, 0.6, 0.4, 0.75, 0.02, 4, 5, 6, 1, NULL);
         INSERT INTO metrics VALUES
           (2, 0, 0, 'initial_loss', 2.0), (2, 1, 0, 'initial_loss', 2.5),
           (2, 2, 0, 'initial_loss', 3.0),
           (2, 0, 1, 'val_f1', 0.1), (2, 0, 2, 'val_f1', 0.2), (2, 1, 1, 'val_f1', 0.3),
           (2, 2, 1, 'val_f1', 0.7), (2, 2, 2, 'val_f1', 0.6),
           (2, 0, 2, 'dead_units_1', 0.25), (2, 1, 1, 'dead_units_1', 0.5),
           (2, 2, 2, 'dead_units_1', 0.75),
           (2, 0, 0, 'test_accuracy', 0.625);
         INSERT INTO ensembles VALUES (1, 'folds', 30);
         INSERT INTO ensemble_members VALUES (1, 0, 2, 0, 2, 1.0))");
}

}  // namespace hpsearch::reports
