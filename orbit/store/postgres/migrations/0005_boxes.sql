-- When a box was first kept, so that it goes when its ghost has: no ghost is younger than
-- its box.  A day, no more: two rows of one moment could be told to match.
ALTER TABLE ghost_box ADD COLUMN made_on date NOT NULL DEFAULT current_date;
CREATE INDEX ghost_box_age ON ghost_box (made_on);
