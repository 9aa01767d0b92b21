-- Version 7: constraints on results, such as `parameters < 50000`. A change of this file is a new
-- version with its own migration, never an edit.

-- How far a trial violates the constraints on results of its sweep, all of them together: 0 where it
-- satisfies them or has none. Trials that violate them rank behind all others, the least first.
ALTER TABLE trials ADD COLUMN violation REAL NOT NULL DEFAULT 0;

-- What trials measured that these constraints ask for: `parameters`, `seconds`, and metrics of the
-- best epoch, or their means over folds. What could not be measured has no row.
CREATE TABLE results(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  name TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY(trial_id, name)
) WITHOUT ROWID;

DROP VIEW leaderboard;
DROP VIEW best_trials;
DROP INDEX ranked_trials;
CREATE INDEX ranked_trials ON
  trials(sweep_id, state, stage, violation, best_epoch IS NOT NULL, score, number);

-- As in version 6, but for the violation.
CREATE VIEW leaderboard AS
SELECT s.name AS sweep,
  ROW_NUMBER() OVER (PARTITION BY s.name
    ORDER BY t.violation, t.best_epoch IS NOT NULL, t.score, t.number) AS rank,
  t.number AS trial, t.trial_id, t.value, t.best_epoch, t.epochs_done, t.stage, t.seconds, t.seed,
  t.params_json, COALESCE(d.replicates, 1) AS replicates, d.deviation, d.standard_error, t.violation
FROM sweeps s JOIN trials t ON t.sweep_id = s.sweep_id AND t.state = 'complete'
  AND t.stage = (SELECT MAX(x.stage) FROM trials x
                 WHERE x.sweep_id = s.sweep_id AND x.state = 'complete')
  LEFT JOIN spreads d ON d.trial_id = t.trial_id
WHERE t.score IS NOT NULL;

CREATE VIEW best_trials AS
SELECT s.name AS sweep, 1 AS rank, t.number AS trial, t.trial_id, t.value, t.best_epoch,
  t.epochs_done, t.stage, t.seconds, t.seed, t.params_json,
  COALESCE(d.replicates, 1) AS replicates, d.deviation, d.standard_error, t.violation
FROM sweeps s JOIN trials t ON t.trial_id =
  (SELECT x.trial_id FROM trials x
   WHERE x.sweep_id = s.sweep_id AND x.state = 'complete' AND x.score IS NOT NULL
     AND x.stage = (SELECT MAX(y.stage) FROM trials y
                    WHERE y.sweep_id = s.sweep_id AND y.state = 'complete')
   ORDER BY x.violation, x.best_epoch IS NOT NULL, x.score, x.number LIMIT 1)
  LEFT JOIN spreads d ON d.trial_id = t.trial_id;
