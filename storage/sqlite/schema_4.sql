-- Version 4: what an ended sweep with `ensemble` has made of its trials. A change of this file is a
-- new version with its own migration, never an edit.
--
-- Trials in folds need nothing new: `replicates` has a row for each fold, `epochs` and `metrics` its
-- replicate, trials.value is the mean of the folds' values and trials.best_epoch is NULL.

CREATE TABLE ensembles(
  sweep_id INTEGER PRIMARY KEY REFERENCES sweeps ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK(kind IN ('folds', 'trials')),
  rows INTEGER NOT NULL        -- that its val_ metrics were measured on; 0: none of its own
);

-- Its networks. The weights of their predictions in the mean add up to 1.
CREATE TABLE ensemble_members(
  sweep_id INTEGER NOT NULL REFERENCES ensembles ON DELETE CASCADE,
  member INTEGER NOT NULL,
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  fold INTEGER NOT NULL,       -- of a network for each fold; else 0
  epoch INTEGER NOT NULL,      -- of the weights
  weight REAL NOT NULL,
  PRIMARY KEY(sweep_id, member)
) WITHOUT ROWID;

-- val_loss, ...: of the ensemble; best_val_loss, ...: of the best trial, on the same rows;
-- test_loss, ...: of the ensemble, on the test part.
CREATE TABLE ensemble_metrics(
  sweep_id INTEGER NOT NULL REFERENCES ensembles ON DELETE CASCADE,
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY(sweep_id, name)
) WITHOUT ROWID;
