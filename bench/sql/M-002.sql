SELECT psn_key, mdtrt_key, row_id, greatest(0, coalesce(det_item_fee_sumamt - round(pric * cnt, 2), 0)) AS amount
FROM fee_line
WHERE hilist_code IS NULL OR cnt <= 0 OR pric < 0 OR abs(round(pric * cnt, 2) - det_item_fee_sumamt) > 0.01
