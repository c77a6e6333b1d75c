-- What the clues of a case found is asked of the clues: later runs add to them and withdraw from them. told_fen is what the case's people
-- were told of last.
ALTER TABLE case_clue ADD COLUMN told_fen BIGINT NOT NULL DEFAULT 0;
UPDATE case_clue SET told_fen = COALESCE((SELECT clue.found_fen FROM clue WHERE clue.id = case_clue.clue_id), 0);
ALTER TABLE case_file DROP COLUMN found_fen;

ALTER TABLE case_file ADD COLUMN transfer_alert_en TEXT;
UPDATE case_file SET transfer_alert_en = 'the case sum reaches the local criminal line' WHERE transfer_alert IS NOT NULL;
