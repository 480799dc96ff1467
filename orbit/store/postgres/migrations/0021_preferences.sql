-- What accounts want to be told, and to have done for them: only what they have said.
CREATE TABLE preference (
  account uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
  told jsonb NOT NULL
);
