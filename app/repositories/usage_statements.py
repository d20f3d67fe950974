"""How use gets from the tallies, a row for each batch, into the rollups, a row for each hour."""

from app.core.admission import TIME_BOUNDS_US

FOLD_PORTION = 500
"""Tallies that one statement folds."""

# What nobody was told is durable need not wait for the disk.
NOTE_USAGE = """
WITH relaxed AS (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO usage_tallies (decided_at, id, organization_ids, api_key_ids, outcomes, credits, times_us,
                           tagged_places, tags)
SELECT $1, $2, $3, $4, $5::text[], $6, $7, $8, $9 FROM relaxed
"""

COUNTS = ", ".join(
    f"COALESCE(sum(b.calls) FILTER (WHERE b.bucket = {bucket}), 0)::integer"
    for bucket in range(len(TIME_BOUNDS_US) + 1)
)

# One statement, so each tally is folded once, whoever folds: what is locked is being folded by another. Rows
# are written in one order, so that two never wait for each other. A time of NULL is a charge without a call.
FOLD_USAGE = f"""
WITH relaxed AS (SELECT set_config('synchronous_commit', 'off', true)), chosen AS (
    SELECT id FROM usage_tallies, relaxed ORDER BY id LIMIT $1 FOR UPDATE OF usage_tallies SKIP LOCKED
), taken AS (
    DELETE FROM usage_tallies t USING chosen c WHERE t.id = c.id RETURNING t.*
), uses AS (
    SELECT date_trunc('hour', t.decided_at, 'UTC') AS hour, u.organization_id, u.api_key_id,
           NULL::text AS tag, u.outcome, u.credits, width_bucket(u.time_us, $2::integer[]) AS bucket
    FROM taken t
    CROSS JOIN LATERAL unnest(t.organization_ids, t.api_key_ids, t.outcomes, t.credits, t.times_us)
        AS u (organization_id, api_key_id, outcome, credits, time_us)
    UNION ALL
    SELECT date_trunc('hour', t.decided_at, 'UTC'), t.organization_ids[g.place], t.api_key_ids[g.place],
           g.tag, t.outcomes[g.place], t.credits[g.place], width_bucket(t.times_us[g.place], $2::integer[])
    FROM taken t CROSS JOIN LATERAL unnest(t.tagged_places, t.tags) AS g (place, tag)
), bucketed AS (
    SELECT hour, organization_id, api_key_id, tag, outcome, bucket, count(bucket) AS calls,
           sum(credits) AS credits
    FROM uses GROUP BY hour, organization_id, api_key_id, tag, outcome, bucket
), written AS (
    INSERT INTO usage_rollups AS r (hour, organization_id, api_key_id, tag, outcome, calls, credits, times)
    SELECT b.hour, b.organization_id, b.api_key_id, b.tag, b.outcome, sum(b.calls), sum(b.credits),
           ARRAY[{COUNTS}]
    FROM bucketed b GROUP BY b.hour, b.organization_id, b.api_key_id, b.tag, b.outcome
    ORDER BY b.organization_id, b.hour, b.api_key_id, b.tag, b.outcome
    ON CONFLICT (organization_id, hour, api_key_id, tag, outcome) DO UPDATE
    SET calls = r.calls + EXCLUDED.calls, credits = r.credits + EXCLUDED.credits,
        times = (
            SELECT array_agg(x.old + x.new ORDER BY x.place)
            FROM unnest(r.times, EXCLUDED.times) WITH ORDINALITY AS x (old, new, place)
        )
)
SELECT count(*) FROM taken
"""  # noqa: S608 -- numbers alone are put in
