-- Version 8: what people say about their sweeps and trials, and sweeps that they have put away. A change
-- of this file is a new version with its own migration, never an edit.
--
-- None of it is part of what identifies a sweep, or of its digest.

-- Set while a sweep is archived: `list` leaves it out, and nothing takes it for the newest one.
ALTER TABLE sweeps ADD COLUMN archived_at TEXT;

-- Words by which sweeps and trials are found again.
CREATE TABLE tags(
  sweep_id INTEGER NOT NULL REFERENCES sweeps ON DELETE CASCADE,
  trial INTEGER,               -- its number; NULL: the sweep as a whole
  tag TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE UNIQUE INDEX sweep_tags ON tags(sweep_id, COALESCE(trial, -1), tag);

CREATE TABLE notes(
  note_id INTEGER PRIMARY KEY,
  sweep_id INTEGER NOT NULL REFERENCES sweeps ON DELETE CASCADE,
  trial INTEGER,               -- its number; NULL: the sweep as a whole
  text TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE UNIQUE INDEX sweep_notes ON notes(sweep_id, COALESCE(trial, -1), at, text);
