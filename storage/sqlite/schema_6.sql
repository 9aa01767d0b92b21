-- Version 6: how far the trainings of a trial differ, and trials that a sweep has repeated. A change of
-- this file is a new version with its own migration, never an edit.
--
-- A trial that `repeats` has trained with all its seeds has the mean of its replicates as value and
-- no best epoch, like a trial in folds. Where a sweep has such trials, only they compete: the others
-- rank behind them. The first training of each is still in `replicates`, as replicate 0.

-- Of trials whose value is the mean of several trainings.
CREATE TABLE spreads(
  trial_id INTEGER PRIMARY KEY REFERENCES trials ON DELETE CASCADE,
  replicates INTEGER NOT NULL,  -- the values behind the mean
  deviation REAL,               -- their sample standard deviation, with n - 1
  standard_error REAL           -- of the mean: the deviation over the root of n
);

DROP VIEW leaderboard;
DROP VIEW best_trials;
DROP INDEX ranked_trials;
CREATE INDEX ranked_trials ON trials(sweep_id, state, stage, best_epoch IS NOT NULL, score, number);

-- As in version 1, but for the order of repeated trials and the columns from `replicates` on.
CREATE VIEW leaderboard AS
SELECT s.name AS sweep,
  ROW_NUMBER() OVER (PARTITION BY s.name
    ORDER BY t.best_epoch IS NOT NULL, t.score, t.number) AS rank,
  t.number AS trial, t.trial_id, t.value, t.best_epoch, t.epochs_done, t.stage, t.seconds, t.seed,
  t.params_json, COALESCE(d.replicates, 1) AS replicates, d.deviation, d.standard_error
FROM sweeps s JOIN trials t ON t.sweep_id = s.sweep_id AND t.state = 'complete'
  AND t.stage = (SELECT MAX(x.stage) FROM trials x
                 WHERE x.sweep_id = s.sweep_id AND x.state = 'complete')
  LEFT JOIN spreads d ON d.trial_id = t.trial_id
WHERE t.score IS NOT NULL;

CREATE VIEW best_trials AS
SELECT s.name AS sweep, 1 AS rank, t.number AS trial, t.trial_id, t.value, t.best_epoch,
  t.epochs_done, t.stage, t.seconds, t.seed, t.params_json,
  COALESCE(d.replicates, 1) AS replicates, d.deviation, d.standard_error
FROM sweeps s JOIN trials t ON t.trial_id =
  (SELECT x.trial_id FROM trials x
   WHERE x.sweep_id = s.sweep_id AND x.state = 'complete' AND x.score IS NOT NULL
     AND x.stage = (SELECT MAX(y.stage) FROM trials y
                    WHERE y.sweep_id = s.sweep_id AND y.state = 'complete')
   ORDER BY x.best_epoch IS NOT NULL, x.score, x.number LIMIT 1)
  LEFT JOIN spreads d ON d.trial_id = t.trial_id;

-- What sweeps of older versions have: the mean over folds, without the deviation.
INSERT INTO spreads(trial_id, replicates)
SELECT r.trial_id, COUNT(*) FROM replicates r JOIN trials t USING(trial_id)
WHERE r.fold IS NOT NULL AND t.state = 'complete'
GROUP BY r.trial_id HAVING COUNT(r.value) = COUNT(*);

-- As in version 1, but a promoted trial has the epochs of the paused one that it continues.
DROP VIEW sweep_summary;
CREATE VIEW sweep_summary AS
SELECT s.name AS sweep, s.method, s.metric, s.goal, s.state,
  COUNT(t.trial_id) AS trials,
  COUNT(CASE t.state WHEN 'complete' THEN 1 END) AS complete,
  COUNT(CASE t.state WHEN 'pruned' THEN 1 END) AS pruned,
  COUNT(CASE t.state WHEN 'diverged' THEN 1 END) AS diverged,
  COUNT(CASE t.state WHEN 'failed' THEN 1 END) AS failed,
  COALESCE(SUM(MAX(0, t.epochs_done - CASE t.origin WHEN 'promoted' THEN
    COALESCE((SELECT p.epochs_done FROM trials p
              WHERE p.sweep_id = t.sweep_id AND p.number = t.parent), 0) ELSE 0 END)), 0) AS epochs,
  COALESCE(SUM(t.seconds), 0.0) AS seconds,
  (SELECT b.value FROM best_trials b WHERE b.sweep = s.name) AS best
FROM sweeps s LEFT JOIN trials t USING(sweep_id)
GROUP BY s.name;  -- not sweep_id, for the same reason as the partition above
