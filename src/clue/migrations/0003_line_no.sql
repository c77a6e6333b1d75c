-- What its source calls a row of a finding that is a settlement, a visit, a trace code or a movement of stock; of rows imported before there is
-- none.
ALTER TABLE finding_line ADD COLUMN no TEXT;
