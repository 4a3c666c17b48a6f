-- A minimal double-entry ledger, as much as a transfer of ours does without
-- signatures: two balances, none below zero, and the transfer kept.
CREATE TABLE account (
    id integer PRIMARY KEY,
    balance bigint NOT NULL CHECK (balance >= 0)
) WITH (fillfactor = 50);
CREATE TABLE transfer (
    id bigserial PRIMARY KEY,
    debit integer NOT NULL,
    credit integer NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    made timestamptz NOT NULL DEFAULT now()
);
INSERT INTO account SELECT i, 10000000 FROM generate_series(1, :accounts) i;

CREATE FUNCTION move(debit integer, credit integer, amount bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
BEGIN
    -- In order, so that two transfers cannot wait for each other.
    PERFORM 1 FROM account WHERE id = least(debit, credit) FOR UPDATE;
    PERFORM 1 FROM account WHERE id = greatest(debit, credit) FOR UPDATE;
    UPDATE account SET balance = balance - move.amount WHERE id = debit;
    UPDATE account SET balance = balance + move.amount WHERE id = credit;
    INSERT INTO transfer (debit, credit, amount)
        VALUES (move.debit, move.credit, move.amount)
        RETURNING id INTO entry;
    RETURN entry;
END
$$;
VACUUM ANALYZE;
CHECKPOINT;
