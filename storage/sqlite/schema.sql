-- The schema of an hpsearch database, version 1. Tables and views are a public interface: scripts
-- read them. A change of this file is a new version with its own migration, never an edit.
--
-- Times are UTC, ISO 8601 with milliseconds. Columns without a declared type keep a value's own.

CREATE TABLE migrations(
  version INTEGER PRIMARY KEY,
  applied_at TEXT NOT NULL,
  tool_version TEXT NOT NULL
);

-- One row a search. Names are unique without regard to case.
CREATE TABLE sweeps(
  sweep_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  method TEXT NOT NULL,
  metric TEXT NOT NULL,
  goal TEXT NOT NULL CHECK(goal IN ('minimize', 'maximize')),
  seed INTEGER NOT NULL,
  config_yaml TEXT NOT NULL,   -- the sweep file as it was run
  config_hash TEXT NOT NULL,   -- of its parsed values and of the data files
  data_json TEXT NOT NULL,     -- the data files: path, bytes, sha256
  state TEXT NOT NULL CHECK(state IN ('running', 'interrupted', 'complete')),
  created_at TEXT NOT NULL,
  finished_at TEXT,
  active_seconds REAL NOT NULL DEFAULT 0,  -- over all resumes
  stop_reason TEXT,
  tool_version TEXT NOT NULL,
  host_json TEXT               -- where it last ran: host, CPU, libraries, build
);
-- Beside the column, whose own collation must be BINARY: see the leaderboard.
CREATE UNIQUE INDEX sweep_names ON sweeps(name COLLATE NOCASE);

CREATE TABLE stages(
  sweep_id INTEGER NOT NULL REFERENCES sweeps ON DELETE CASCADE,
  stage INTEGER NOT NULL,
  epochs INTEGER,              -- NULL where the trials choose it
  trials INTEGER NOT NULL,
  space_json TEXT NOT NULL,
  PRIMARY KEY(sweep_id, stage)
) WITHOUT ROWID;

-- `value` is the metric as the user named it; `score` is signed so that lower is better.
CREATE TABLE trials(
  trial_id INTEGER PRIMARY KEY,
  sweep_id INTEGER NOT NULL REFERENCES sweeps ON DELETE CASCADE,
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK(state IN
    ('queued', 'running', 'complete', 'pruned', 'diverged', 'failed', 'interrupted')),
  value REAL,
  score REAL,
  best_epoch INTEGER,
  epochs_done INTEGER NOT NULL DEFAULT 0,
  epochs INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  stage INTEGER NOT NULL DEFAULT 0,
  origin TEXT NOT NULL DEFAULT 'sampler' CHECK(origin IN
    ('sampler', 'enqueued', 'carried', 'promoted', 'retry')),
  parent INTEGER,
  attempt INTEGER NOT NULL DEFAULT 1,
  params_json TEXT NOT NULL,
  params_hash TEXT NOT NULL,
  created_at TEXT NOT NULL,
  started_at TEXT,
  finished_at TEXT,
  seconds REAL,
  worker TEXT,
  reason TEXT,
  UNIQUE(sweep_id, number)
);
-- The leaderboard walks the first of these in its order; the second serves ORDER BY score in the
-- views of single sweeps. (No name of ours begins with "trials_" but theirs.)
CREATE INDEX ranked_trials ON trials(sweep_id, state, stage, score, number);
CREATE INDEX scored_trials ON trials(sweep_id, score);

CREATE TABLE params(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  name TEXT NOT NULL,
  value,
  unit REAL,
  PRIMARY KEY(trial_id, name)
) WITHOUT ROWID;

CREATE TABLE replicates(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  replicate INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  fold INTEGER,
  state TEXT NOT NULL,
  value REAL,
  best_epoch INTEGER,
  epochs_done INTEGER NOT NULL DEFAULT 0,
  seconds REAL,
  PRIMARY KEY(trial_id, replicate)
) WITHOUT ROWID;

-- SQLite keeps no NaN: a column that is not finite is NULL, and `nonfinite` names it.
CREATE TABLE epochs(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  replicate INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL,
  train_loss REAL,
  train_accuracy REAL,
  val_loss REAL,
  val_accuracy REAL,
  learning_rate REAL,
  grad_norm REAL,
  weight_norm REAL,
  update_ratio REAL,
  seconds REAL,
  nonfinite TEXT,
  PRIMARY KEY(trial_id, replicate, epoch)
) WITHOUT ROWID;

CREATE TABLE metrics(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  replicate INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY(trial_id, name, replicate, epoch)
) WITHOUT ROWID;

CREATE TABLE events(
  event_id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  sweep_id INTEGER REFERENCES sweeps ON DELETE CASCADE,
  trial_id INTEGER REFERENCES trials ON DELETE CASCADE,
  kind TEXT NOT NULL,
  detail_json TEXT
);
CREATE INDEX sweep_events ON events(sweep_id, kind);
CREATE INDEX trial_events ON events(trial_id, kind);

-- Only trials of the last stage that has complete ones compete.
-- PARTITION BY s.name, not sweep_id: SQLite carries WHERE sweep = '...' into a view with a window
-- function only along its partition, and only if that compares byte by byte.
CREATE VIEW leaderboard AS
SELECT s.name AS sweep,
  ROW_NUMBER() OVER (PARTITION BY s.name ORDER BY t.score, t.number) AS rank,
  t.number AS trial, t.trial_id, t.value, t.best_epoch, t.epochs_done, t.stage, t.seconds, t.seed,
  t.params_json
FROM sweeps s JOIN trials t ON t.sweep_id = s.sweep_id AND t.state = 'complete'
  AND t.stage = (SELECT MAX(x.stage) FROM trials x
                 WHERE x.sweep_id = s.sweep_id AND x.state = 'complete')
WHERE t.score IS NOT NULL;

-- The rows of rank 1, found through the index without ranking the rest.
CREATE VIEW best_trials AS
SELECT s.name AS sweep, 1 AS rank, t.number AS trial, t.trial_id, t.value, t.best_epoch,
  t.epochs_done, t.stage, t.seconds, t.seed, t.params_json
FROM sweeps s JOIN trials t ON t.trial_id =
  (SELECT x.trial_id FROM trials x
   WHERE x.sweep_id = s.sweep_id AND x.state = 'complete' AND x.score IS NOT NULL
     AND x.stage = (SELECT MAX(y.stage) FROM trials y
                    WHERE y.sweep_id = s.sweep_id AND y.state = 'complete')
   ORDER BY x.score, x.number LIMIT 1);

CREATE VIEW learning_curves AS
SELECT s.name AS sweep, t.number AS trial, t.state, e.*
FROM epochs e JOIN trials t USING(trial_id) JOIN sweeps s USING(sweep_id);

CREATE VIEW sweep_summary AS
SELECT s.name AS sweep, s.method, s.metric, s.goal, s.state,
  COUNT(t.trial_id) AS trials,
  COUNT(CASE t.state WHEN 'complete' THEN 1 END) AS complete,
  COUNT(CASE t.state WHEN 'pruned' THEN 1 END) AS pruned,
  COUNT(CASE t.state WHEN 'diverged' THEN 1 END) AS diverged,
  COUNT(CASE t.state WHEN 'failed' THEN 1 END) AS failed,
  COALESCE(SUM(t.epochs_done), 0) AS epochs,
  COALESCE(SUM(t.seconds), 0.0) AS seconds,
  (SELECT b.value FROM best_trials b WHERE b.sweep = s.name) AS best
FROM sweeps s LEFT JOIN trials t USING(sweep_id)
GROUP BY s.name;  -- not sweep_id, for the same reason as the partition above
