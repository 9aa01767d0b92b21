-- Version 3: results of an earlier sweep that a sweep began with (search.warm_start). A change of
-- this file is a new version with its own migration, never an edit.
--
-- They are written with their sweep, once: that the other database goes or grows changes nothing.
-- The event warm_started has its name, and what of it was not used.

CREATE TABLE earlier_trials(
  sweep_id INTEGER NOT NULL REFERENCES sweeps ON DELETE CASCADE,  -- the one that learns from them
  number INTEGER NOT NULL,     -- of the trial in its own sweep
  state TEXT NOT NULL CHECK(state IN ('complete', 'pruned', 'diverged')),
  score REAL,                  -- lower is better; NULL where there is none
  epochs INTEGER NOT NULL,     -- that it trained
  params_json TEXT NOT NULL,   -- as parameters of the sweep that learns
  source TEXT NOT NULL,        -- its database and its sweep: old.db:digits
  PRIMARY KEY(sweep_id, number)
) WITHOUT ROWID;
