"""How a session begins: one statement for all its rows."""

from sqlalchemy import text

BEGIN_SESSION = text("""
    WITH home AS (
        SELECT organizations.id
        FROM memberships
        JOIN organizations ON organizations.id = memberships.organization_id AND organizations.is_active
        JOIN users ON users.id = memberships.user_id AND users.is_active
        WHERE memberships.user_id = CAST(:user_id AS uuid)
        ORDER BY memberships.created_at, organizations.id
        LIMIT 1
    ), surplus AS (
        SELECT id FROM sessions
        WHERE user_id = CAST(:user_id AS uuid) AND revoked_at IS NULL
            AND expires_at > CAST(:now AS timestamptz)
            AND coalesce(last_used_at, created_at) > CAST(:used_since AS timestamptz)
        ORDER BY created_at DESC, id DESC
        OFFSET CAST(:keep AS integer)
    ), ended AS (
        UPDATE sessions SET revoked_at = CAST(:now AS timestamptz), updated_at = now()
        WHERE id IN (SELECT id FROM surplus) AND EXISTS (SELECT FROM home)
    ), begun AS (
        INSERT INTO sessions (id, user_id, organization_id, authenticated_at, expires_at, last_used_at,
            ip_address, user_agent)
        SELECT CAST(:id AS uuid), CAST(:user_id AS uuid), home.id, CAST(:authenticated_at AS timestamptz),
            CAST(:expires_at AS timestamptz), CAST(:now AS timestamptz), CAST(:ip_address AS text),
            CAST(:user_agent AS text)
        FROM home
        RETURNING id
    ), token AS (
        INSERT INTO refresh_tokens (id, session_id, digest, expires_at)
        SELECT CAST(:token_id AS uuid), begun.id, CAST(:digest AS bytea),
            CAST(:token_expires_at AS timestamptz)
        FROM begun
    )
    SELECT id FROM begun
""")
"""In the user's first active organization; without one, nothing happens.

The oldest sessions end beyond those to keep. The user must be locked by an earlier statement: this one sees
what was committed before it, and no more.
"""
