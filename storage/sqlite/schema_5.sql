-- Version 5: the saved states of trainings that have not ended. A change of this file is a new version
-- with its own migration, never an edit.

-- What a training goes on from after a kill. A row is written once its file is on the disk, and goes
-- with the end of its training.
CREATE TABLE checkpoints(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  replicate INTEGER NOT NULL,
  epoch INTEGER NOT NULL,      -- the last one in the file; `epochs` has all up to it
  path TEXT NOT NULL UNIQUE,   -- from the folder of the database
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY(trial_id, replicate)
) WITHOUT ROWID;
