"""The statements of the gate: one for a whole batch each, with arrays for parameters.

Reading locks nothing. Writing compares: `WRITE_...` changes an account, a bucket or a key only if it is as
it was read, and if one is not, `require_current` fails the whole statement (SQLSTATE 40001). Locks are taken
in a fixed order - accounts by id, then buckets by subject and name - so that two nodes never wait for each
other in a circle.

Plans are made when a connection is young and kept, while the table of buckets grows from nothing to thousands
of rows in a minute. So no bucket is found by a join that could be turned around, to walk the whole table:
reading asks for each one by its key (LATERAL ... OFFSET 0), writing lets the conflict find it.
"""

KEYS = """
SELECT s.lookup_id, k.organization_id, o.is_active, COALESCE(k.plan_id, o.plan_id),
       NULLIF(o.limits, '[]'::jsonb), k.created_by, u.is_active, u.is_operator, m.role, k.expires_at,
       k.revoked_at, k.id, s.digest, s.pepper_id, s.retired_at,
       k.environment, k.scopes, k.enabled, k.credit_cap,
       k.allowed_cidrs, NULLIF(k.attributes, '{}'::jsonb), k.last_used_at, NULLIF(k.limits, '[]'::jsonb),
       CASE WHEN k.credit_cap_period IS NULL
                 OR k.spending_since >= date_trunc(k.credit_cap_period, clock_timestamp(), 'UTC')
            THEN k.credits_spent ELSE 0 END,
       a.available, a.last_sequence, a.held, a.burned, a.next_change_at,
       l.name, l.quota, l.period_seconds, l.burst, l.unit, COALESCE(b.tat_us, 0), clock_timestamp()
FROM api_key_secrets s
JOIN api_keys k ON k.id = s.api_key_id
JOIN organizations o ON o.id = k.organization_id
JOIN users u ON u.id = k.created_by
JOIN credit_accounts a ON a.organization_id = k.organization_id
LEFT JOIN memberships m ON m.organization_id = k.organization_id AND m.user_id = k.created_by
LEFT JOIN plan_limits l ON l.plan_id = COALESCE(k.plan_id, o.plan_id)
LEFT JOIN LATERAL (
    SELECT tat_us FROM rate_limit_states WHERE subject = 'org:' || k.organization_id AND name = l.name
    OFFSET 0
) b ON true
WHERE s.lookup_id = ANY($1::text[])
ORDER BY l.name
"""

# Who asks for an organization they do not belong to is read in the session's own, and refused there: that it
# exists makes no difference.
SESSIONS = """
SELECT p.session_id, p.organization_id,
       o.id, o.is_active, o.plan_id, NULLIF(o.limits, '[]'::jsonb), s.user_id,
       u.is_active AND (s.impersonator_id IS NULL OR i.is_active AND i.is_operator AND NOT u.is_operator),
       u.is_operator, m.role, s.expires_at, s.revoked_at, s.id, s.authenticated_at, s.impersonator_id,
       u.id, u.email, u.username, u.full_name, u.is_active, u.is_operator, u.created_at, u.updated_at,
       u.version, a.available, a.last_sequence, a.held, a.burned, a.next_change_at,
       l.name, l.quota, l.period_seconds, l.burst, l.unit, COALESCE(b.tat_us, 0), clock_timestamp()
FROM unnest($1::uuid[], $2::uuid[]) AS p (session_id, organization_id)
JOIN sessions s ON s.id = p.session_id
JOIN users u ON u.id = s.user_id
LEFT JOIN users i ON i.id = s.impersonator_id
LEFT JOIN memberships c ON c.organization_id = p.organization_id AND c.user_id = s.user_id
JOIN organizations o ON o.id = COALESCE(c.organization_id, s.organization_id)
JOIN credit_accounts a ON a.organization_id = o.id
LEFT JOIN memberships m ON m.organization_id = o.id AND m.user_id = s.user_id
LEFT JOIN plan_limits l ON l.plan_id = o.plan_id
LEFT JOIN LATERAL (
    SELECT tat_us FROM rate_limit_states WHERE subject = 'org:' || o.id AND name = l.name
    OFFSET 0
) b ON true
ORDER BY l.name
"""

# What only some requests ask for, in one row, so that even the most mixed batch costs one further round trip
# only: the buckets, in the order in which they are asked for; past charges; open holds. The last are exact
# without locks: each hold that begins or ends moves its account on, so what rests on an older count is stale.
FURTHER = """
SELECT clock_timestamp(), ARRAY(
    SELECT COALESCE(b.tat_us, 0)
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS d (subject, name, place)
    LEFT JOIN LATERAL (
        SELECT tat_us FROM rate_limit_states WHERE subject = d.subject AND name = d.name OFFSET 0
    ) b ON true
    ORDER BY d.place
), ARRAY(
    SELECT (d.organization_id, d.charge_id, d.api_key_id, d.user_id, d.cost, d.available_after, d.hold_id,
            h.expires_at)
    FROM unnest($3::uuid[], $4::text[]) AS c (organization_id, charge_id)
    JOIN charge_ids d ON d.organization_id = c.organization_id AND d.charge_id = c.charge_id
    LEFT JOIN credit_holds h ON h.id = d.hold_id
), ARRAY(
    SELECT (organization_id, count(*)) FROM credit_holds
    WHERE organization_id = ANY($5::uuid[]) AND state = 'open' GROUP BY organization_id
)
"""

LOCK_ACCOUNTS = """
SELECT FROM credit_accounts WHERE organization_id = ANY($1::uuid[]) ORDER BY organization_id FOR UPDATE
"""

# Tells the organizations that could not be locked, because somebody else has. The keys are those with a cap:
# what they spend is written in their rows.
LOCK_FREE = """
WITH accounts AS (
    SELECT organization_id FROM credit_accounts WHERE organization_id = ANY($1::uuid[])
    ORDER BY organization_id FOR UPDATE SKIP LOCKED
), keys AS (
    SELECT id FROM api_keys WHERE id = ANY($2::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
SELECT organization_id FROM credit_accounts
WHERE organization_id = ANY($1::uuid[]) AND organization_id NOT IN (SELECT organization_id FROM accounts)
UNION
SELECT organization_id FROM api_keys WHERE id = ANY($2::uuid[]) AND id NOT IN (SELECT id FROM keys)
"""

LOCK_BUCKETS = """
SELECT FROM unnest($1::text[], $2::text[]) AS d (subject, name)
JOIN rate_limit_states b ON b.subject = d.subject AND b.name = d.name
ORDER BY b.subject, b.name
FOR UPDATE OF b
"""

# 1, not 0: a bucket that is there, and full since the first microsecond of 1970.
MAKE_BUCKETS = """
INSERT INTO rate_limit_states (subject, name, tat_us)
SELECT d.subject, d.name, 1 FROM unnest($1::text[], $2::text[]) AS d (subject, name)
ORDER BY d.subject, d.name
ON CONFLICT (subject, name) DO NOTHING
"""

# Without a charge nothing is lost that a caller was told is durable: the commit need not wait for the disk.
WRITE_BUCKETS = """
WITH relaxed AS (SELECT set_config('synchronous_commit', 'off', true)), buckets AS (
    INSERT INTO rate_limit_states AS b (subject, name, previous_us, tat_us)
    SELECT d.subject, d.name, d.previous_us, d.tat_us
    FROM relaxed, unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
        AS d (subject, name, previous_us, tat_us)
    ORDER BY d.subject, d.name
    ON CONFLICT (subject, name) DO UPDATE SET tat_us = EXCLUDED.tat_us, previous_us = EXCLUDED.previous_us
    WHERE b.tat_us = EXCLUDED.previous_us
    RETURNING 1
), usage AS (
    INSERT INTO usage_tallies (decided_at, id, organization_ids, api_key_ids, outcomes, credits, times_us,
                               tagged_places, tags)
    SELECT $5, $6, $7, $8, $9::text[], $10, $11, $12, $13 WHERE cardinality($9::text[]) > 0
)
SELECT require_current((SELECT count(*) FROM buckets) = cardinality($1::text[]))
"""

# Locked in the order in which batches lock them: two that want the same ones never wait for each other.
REFILL_BUCKETS = """
WITH locked AS (
    SELECT b.subject, b.name FROM unnest($1::text[], $2::text[]) AS d (subject, name)
    JOIN rate_limit_states b ON b.subject = d.subject AND b.name = d.name
    ORDER BY b.subject, b.name FOR UPDATE OF b
)
DELETE FROM rate_limit_states b USING locked l WHERE b.subject = l.subject AND b.name = l.name
"""

WRITE_CHARGES = """
WITH paying AS (
    SELECT a.organization_id, c.available, c.last_sequence, c.burned, c.held, c.hold_expires_at, a.thresholds
    FROM unnest($5::uuid[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $26::bigint[],
                $27::timestamptz[])
        AS c (organization_id, before_sequence, last_sequence, available, burned, held, hold_expires_at)
    JOIN credit_accounts a ON a.organization_id = c.organization_id AND a.last_sequence = c.before_sequence
    ORDER BY a.organization_id FOR UPDATE OF a
), accounts AS (
    UPDATE credit_accounts a
    SET available = p.available, last_sequence = p.last_sequence, burned = p.burned, held = p.held,
        next_change_at = LEAST(a.next_change_at, p.hold_expires_at)
    FROM paying p WHERE a.organization_id = p.organization_id
    RETURNING 1
), buckets AS (
    INSERT INTO rate_limit_states AS b (subject, name, previous_us, tat_us)
    SELECT d.subject, d.name, d.previous_us, d.tat_us
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS d (subject, name, previous_us, tat_us)
    WHERE (SELECT count(*) FROM accounts) = cardinality($5::uuid[])
    ORDER BY d.subject, d.name
    ON CONFLICT (subject, name) DO UPDATE SET tat_us = EXCLUDED.tat_us, previous_us = EXCLUDED.previous_us
    WHERE b.tat_us = EXCLUDED.previous_us
    RETURNING 1
), spending AS (
    UPDATE api_keys k
    SET credits_spent = s.spent, spending_since = date_trunc(k.credit_cap_period, $25::timestamptz, 'UTC')
    FROM unnest($10::uuid[], $11::bigint[], $12::bigint[]) AS s (id, before, spent)
    WHERE k.id = s.id AND k.credit_cap IS NOT NULL
      AND s.before = CASE WHEN k.credit_cap_period IS NULL
                               OR k.spending_since >= date_trunc(k.credit_cap_period, $25::timestamptz, 'UTC')
                          THEN k.credits_spent ELSE 0 END
    RETURNING 1
), charges AS (
    SELECT c.*
    FROM unnest($13::uuid[], $14::uuid[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[],
                $19::bigint[], $20::text[], $21::text[], $22::uuid[], $23::uuid[], $24::text[],
                $28::uuid[], $29::uuid[], $30::timestamptz[])
        AS c (id, organization_id, sequence, cost, available_after, balance_after,
              position, reason, charge_id, api_key_id, user_id, request_id,
              hold_id, holder_id, expires_at)
    WHERE (SELECT count(*) FROM accounts) = cardinality($5::uuid[])
), entries AS (
    INSERT INTO ledger_entries (id, organization_id, sequence, kind, amount, balance_after, moved, position,
                                reason, charge_id, hold_id, api_key_id, user_id, request_id, created_at)
    SELECT c.id, c.organization_id, c.sequence, CASE WHEN c.hold_id IS NULL THEN 'charge' ELSE 'hold' END,
           CASE WHEN c.hold_id IS NULL THEN -c.cost ELSE 0 END, c.balance_after, c.cost, c.position,
           c.reason, c.charge_id, c.hold_id, c.api_key_id, c.user_id, c.request_id, $25
    FROM charges c
), falls AS (
    INSERT INTO credit_events (organization_id, threshold, available_after, entry_id, created_at)
    SELECT c.organization_id, t.threshold, c.available_after, c.id, $25
    FROM paying p, unnest(p.thresholds) AS t (threshold), charges c
    WHERE c.organization_id = p.organization_id
      AND t.threshold >= c.available_after AND t.threshold < c.available_after + c.cost
    ORDER BY c.sequence, t.threshold DESC
), holds AS (
    INSERT INTO credit_holds (id, organization_id, holder_id, amount, position, expires_at, reason, charge_id,
                              api_key_id, user_id, request_id, created_at)
    SELECT c.hold_id, c.organization_id, c.holder_id, c.cost, c.position, c.expires_at, c.reason, c.charge_id,
           c.api_key_id, c.user_id, c.request_id, $25
    FROM charges c WHERE c.hold_id IS NOT NULL
), ids AS (
    INSERT INTO charge_ids (organization_id, charge_id, api_key_id, user_id, cost, available_after, entry_id,
                            hold_id, created_at)
    SELECT c.organization_id, c.charge_id, c.api_key_id, c.user_id, c.cost, c.available_after, c.id,
           c.hold_id, $25
    FROM charges c WHERE c.charge_id IS NOT NULL
), usage AS (
    INSERT INTO usage_tallies (decided_at, id, organization_ids, api_key_ids, outcomes, credits, times_us,
                               tagged_places, tags)
    SELECT $25, $31, $32, $33, $34::text[], $35, $36, $37, $38 WHERE cardinality($34::text[]) > 0
)
SELECT require_current(
    (SELECT count(*) FROM accounts) = cardinality($5::uuid[])
    AND (SELECT count(*) FROM buckets) = cardinality($1::text[])
    AND (SELECT count(*) FROM spending) = cardinality($10::uuid[])
)
"""

# A statement of its own, skipping locked rows: dirtying the key's row in the charge serialised its callers.
TOUCH_KEYS = """
WITH relaxed AS (SELECT set_config('synchronous_commit', 'off', true)), free AS (
    SELECT k.id, u.used_at FROM relaxed, unnest($1::uuid[], $2::timestamptz[]) AS u (id, used_at)
    JOIN api_keys k ON k.id = u.id
    FOR NO KEY UPDATE OF k SKIP LOCKED
)
UPDATE api_keys k SET last_used_at = f.used_at FROM free f WHERE k.id = f.id
"""
