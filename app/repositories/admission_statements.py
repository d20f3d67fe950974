"""The statements of the gate: one for a whole batch each, with arrays for parameters."""

KEYS = """
SELECT s.lookup_id, k.organization_id, o.is_active, COALESCE(k.plan_id, o.plan_id), k.created_by, u.is_active,
       u.is_operator, k.expires_at, k.revoked_at, k.id, s.digest, s.pepper_id, s.retired_at, k.environment,
       k.scopes, k.enabled, k.credit_cap, k.allowed_cidrs, NULLIF(k.attributes, '{}'::jsonb), k.last_used_at
FROM api_key_secrets s
JOIN api_keys k ON k.id = s.api_key_id
JOIN organizations o ON o.id = k.organization_id
JOIN users u ON u.id = k.created_by
WHERE s.lookup_id = ANY($1::text[])
"""

SESSIONS = """
SELECT s.organization_id, o.is_active, o.plan_id, s.user_id, u.is_active, u.is_operator, s.expires_at,
       s.revoked_at, s.id, m.role,
       u.id, u.email, u.username, u.full_name, u.is_active, u.is_operator, u.created_at, u.updated_at,
       u.version
FROM sessions s
JOIN organizations o ON o.id = s.organization_id
JOIN users u ON u.id = s.user_id
LEFT JOIN memberships m ON m.organization_id = s.organization_id AND m.user_id = s.user_id
WHERE s.id = ANY($1::uuid[])
"""

LOCK_ACCOUNTS = """
SELECT a.organization_id, a.available, a.last_sequence
FROM credit_accounts a
WHERE a.organization_id = ANY($1::uuid[])
ORDER BY a.organization_id
FOR UPDATE
"""

LIMITS = """
SELECT clock_timestamp(), o.subject, o.plan_id, l.name, l.quota, l.period_seconds, l.burst, b.tat_us
FROM unnest($1::text[], $2::uuid[]) AS o (subject, plan_id)
LEFT JOIN plan_limits l ON l.plan_id = o.plan_id
LEFT JOIN rate_limit_states b ON b.subject = o.subject AND b.name = l.name
ORDER BY o.subject, l.name
"""

SPENT_BY_CAPPED_KEYS = """
SELECT id, credits_spent FROM api_keys WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""

PAST_CHARGES = """
SELECT e.organization_id, e.charge_id, e.api_key_id, e.user_id, e.amount, e.balance_after
FROM unnest($1::uuid[], $2::text[]) AS c (organization_id, charge_id)
JOIN ledger_entries e ON e.organization_id = c.organization_id AND e.charge_id = c.charge_id
"""

LOCK_BUCKETS = """
SELECT b.subject, b.name, b.tat_us
FROM unnest($1::text[], $2::text[]) AS d (subject, name)
JOIN rate_limit_states b ON b.subject = d.subject AND b.name = d.name
ORDER BY b.subject, b.name
FOR UPDATE OF b
"""

MAKE_BUCKETS = """
INSERT INTO rate_limit_states (subject, name, tat_us)
SELECT d.subject, d.name, 0 FROM unnest($1::text[], $2::text[]) AS d (subject, name)
ORDER BY d.subject, d.name
ON CONFLICT (subject, name) DO NOTHING
"""

# Without a charge nothing is lost that a caller was told is durable: the commit need not wait for the disk.
WRITE_BUCKETS = """
WITH relaxed AS (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO rate_limit_states (subject, name, tat_us)
SELECT d.subject, d.name, d.tat_us
FROM relaxed, unnest($1::text[], $2::text[], $3::bigint[]) AS d (subject, name, tat_us)
ON CONFLICT (subject, name) DO UPDATE SET tat_us = excluded.tat_us
"""

WRITE_CHARGES = """
WITH buckets AS (
    INSERT INTO rate_limit_states (subject, name, tat_us)
    SELECT d.subject, d.name, d.tat_us
    FROM unnest($1::text[], $2::text[], $3::bigint[]) AS d (subject, name, tat_us)
    ON CONFLICT (subject, name) DO UPDATE SET tat_us = excluded.tat_us
), accounts AS (
    UPDATE credit_accounts a SET available = c.available, last_sequence = c.last_sequence
    FROM unnest($4::uuid[], $5::bigint[], $6::bigint[]) AS c (organization_id, available, last_sequence)
    WHERE a.organization_id = c.organization_id
)
INSERT INTO ledger_entries (id, organization_id, sequence, kind, amount, balance_after, reason, charge_id,
                            api_key_id, user_id, request_id, created_at)
SELECT e.id, e.organization_id, e.sequence, 'charge', e.amount, e.balance_after, e.reason, e.charge_id,
       e.api_key_id, e.user_id, e.request_id, $17
FROM unnest($7::uuid[], $8::uuid[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::text[],
            $14::uuid[], $15::uuid[], $16::text[])
     AS e (id, organization_id, sequence, amount, balance_after, reason, charge_id,
           api_key_id, user_id, request_id)
"""

WRITE_SPENT = """
UPDATE api_keys k SET credits_spent = c.spent
FROM unnest($1::uuid[], $2::bigint[]) AS c (id, spent)
WHERE k.id = c.id
"""

# A statement of its own, skipping locked rows: dirtying the key's row in the charge serialised its callers.
TOUCH_KEYS = """
UPDATE api_keys k SET last_used_at = u.used_at
FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, used_at)
WHERE k.id = u.id
  AND k.id IN (SELECT id FROM api_keys WHERE id = ANY($1::uuid[]) FOR NO KEY UPDATE SKIP LOCKED)
"""
