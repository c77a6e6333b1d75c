-- Counting the pool of a hundred thousand clues out of the index alone; the queue by number of findings along one.
DROP INDEX clue_status;
CREATE INDEX clue_status ON clue (status, severity, area, sampled_out, assignee, found_fen);
CREATE INDEX clue_findings ON clue (findings, id);
