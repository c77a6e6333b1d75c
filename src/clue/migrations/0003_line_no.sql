-- The number of a settlement or a visit that is a row of a finding; of rows imported before there is none.
ALTER TABLE finding_line ADD COLUMN no TEXT;
