\set debit random(1, :accounts)
\set credit 1 + (:debit + random(0, :accounts - 2)) % :accounts
\set amount random(1, 99)
SELECT move(:debit, :credit, :amount);
