-- Version 2: files that belong to a trial. A change of this file is a new version with its own
-- migration, never an edit.
--
-- What version 1 says of sweeps.data_json is out of date. It holds the folder that the data was read
-- from; path, bytes, sha256 and role of each of its files; task, rows, features and classes; name
-- and treatment of each column of a table.

CREATE TABLE artifacts(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  name TEXT NOT NULL,          -- what it is: weights
  path TEXT NOT NULL,          -- from the folder of the database
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY(trial_id, name)
) WITHOUT ROWID;
CREATE INDEX artifact_paths ON artifacts(path);
