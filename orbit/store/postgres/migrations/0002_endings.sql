-- Which boards have ended, for whoever purges them; it costs nothing where none does.
CREATE INDEX journal_endings ON journal (at) WHERE type LIKE '%\_deleted';
