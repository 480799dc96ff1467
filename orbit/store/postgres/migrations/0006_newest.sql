-- Public boards are listed by their age, which no append changes.
CREATE INDEX board_newest ON board (created_at DESC, id DESC);
