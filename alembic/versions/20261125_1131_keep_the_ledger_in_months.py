"""Keep the ledger in months.

Revision: 20261125_1131
After: 20261125_1130
"""

from alembic import op

revision = "20261125_1131"
down_revision = "20261125_1130"
branch_labels = None
depends_on = None

# What was written so far becomes the first month, with all before it: not a row of it moves.
PARTITION = """
DO $$
DECLARE month timestamp;
BEGIN
    SELECT date_trunc('month', greatest(now(), max(created_at)) AT TIME ZONE 'UTC') INTO month
    FROM ledger_entries;
    ALTER TABLE ledger_entries SET SCHEMA partitions;
    EXECUTE format('ALTER TABLE partitions.ledger_entries RENAME TO %I',
                   'ledger_entries_' || to_char(month, 'YYYY_MM'));
    EXECUTE format('CREATE TABLE ledger_entries (LIKE partitions.%I INCLUDING DEFAULTS INCLUDING GENERATED'
                   ' INCLUDING CONSTRAINTS) PARTITION BY RANGE (created_at)',
                   'ledger_entries_' || to_char(month, 'YYYY_MM'));
    ALTER TABLE ledger_entries ADD CONSTRAINT fk_ledger_entries_organization_id_credit_accounts
        FOREIGN KEY (organization_id) REFERENCES credit_accounts (organization_id);
    EXECUTE format('ALTER TABLE ledger_entries ATTACH PARTITION partitions.%I'
                   ' FOR VALUES FROM (MINVALUE) TO (%L)',
                   'ledger_entries_' || to_char(month, 'YYYY_MM'),
                   (month + interval '1 month') AT TIME ZONE 'UTC');
    FOR ahead IN 1..3 LOOP
        month := month + interval '1 month';
        EXECUTE format('CREATE TABLE partitions.%I PARTITION OF ledger_entries FOR VALUES FROM (%L) TO (%L)',
                       'ledger_entries_' || to_char(month, 'YYYY_MM'),
                       month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
    END LOOP;
END $$
"""
# It takes what no month is made for, and is the pattern of each month that will be.
DEFAULT_PARTITION = "CREATE TABLE partitions.ledger_entries_default PARTITION OF ledger_entries DEFAULT"
# A key of the whole table would have to contain the instant, and so let a sequence come twice.
KEYS = """
DO $$
DECLARE partition regclass;
BEGIN
    FOR partition IN
        SELECT i.inhrelid FROM pg_inherits i
        WHERE i.inhparent = 'ledger_entries'::regclass
          AND NOT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = i.inhrelid)
    LOOP
        EXECUTE format('ALTER TABLE %s ADD PRIMARY KEY (id), ADD UNIQUE (organization_id, sequence)',
                       partition);
        EXECUTE format('CREATE TRIGGER ledger_entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON %s'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()', partition);
    END LOOP;
END $$
"""
# A trigger of a statement is not inherited: each partition has it besides, against whoever names it.
IMMUTABLE = """
CREATE TRIGGER ledger_entries_immutable
BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()
"""

COMPLETE = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM carried_balances) THEN
        RAISE EXCEPTION 'months of the ledger were dropped: the version before would miss their entries';
    END IF;
END $$
"""
COLUMNS = (
    "id, organization_id, sequence, kind, amount, balance_after, reason, charge_id, api_key_id, user_id,"
    " request_id, created_at, moved, position, grant_id, hold_id"
)
TOGETHER = f"""
CREATE TABLE whole_ledger (LIKE ledger_entries INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS);
INSERT INTO whole_ledger ({COLUMNS}) SELECT {COLUMNS} FROM ledger_entries;
DROP TABLE ledger_entries;
ALTER TABLE whole_ledger RENAME TO ledger_entries;
ALTER TABLE ledger_entries
    ADD CONSTRAINT pk_ledger_entries PRIMARY KEY (id),
    ADD CONSTRAINT uq_ledger_entries_organization_id_sequence UNIQUE (organization_id, sequence),
    ADD CONSTRAINT fk_ledger_entries_organization_id_credit_accounts
        FOREIGN KEY (organization_id) REFERENCES credit_accounts (organization_id)
"""  # noqa: S608 -- the columns are those above


def upgrade() -> None:
    """Partition the ledger by the month of its entries."""
    for statement in (PARTITION, DEFAULT_PARTITION, KEYS, IMMUTABLE):
        op.execute(statement)


def downgrade() -> None:
    """Put all entries into one table again."""
    op.execute(COMPLETE)
    for statement in TOGETHER.split(";"):
        op.execute(statement)
    op.execute(IMMUTABLE)
