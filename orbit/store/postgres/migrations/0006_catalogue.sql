-- What is looked for across boards.  Neither the age of a board nor who an item is for
-- is changed by an append.
CREATE INDEX board_newest ON board (created_at DESC, id DESC);
CREATE INDEX item_own ON item (board, audience) WHERE audience IS NOT NULL;
