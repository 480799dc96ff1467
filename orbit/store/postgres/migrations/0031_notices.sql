-- By which a purge finds notices: those of who says how long he keeps what he has read.
CREATE INDEX notice_kept ON notice (account, read_at) WHERE read_at IS NOT NULL;
CREATE INDEX preference_kept ON preference (account) WHERE told ? 'keep_read_days';
