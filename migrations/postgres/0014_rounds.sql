-- When the rules of alerts were last looked at, and which of them could not be: where nobody looks, nothing is wrong.

ALTER TABLE alert_rounds ADD COLUMN ended_at BIGINT;
-- As JSON: rules with why. Empty: all could be looked at.
ALTER TABLE alert_rounds ADD COLUMN unread TEXT NOT NULL DEFAULT '';
