"""Count what kills its worker.

Revision: 20261125_1115
After: 20261125_0853
"""

from alembic import op

revision = "20261125_1115"
down_revision = "20261125_0853"
branch_labels = None
depends_on = None

# In the statement that takes the job over: committed before the job is begun again, at no further round trip.
COUNT = """
CREATE FUNCTION pgqueuer.count_death() RETURNS TRIGGER AS $$
BEGIN
    NEW.headers = coalesce(NEW.headers, '{}') || jsonb_build_object(
        'deaths', coalesce((NEW.headers ->> 'deaths')::integer, 0) + 1
    );
    RETURN NEW;
END;
$$ LANGUAGE plpgsql
"""
WHEN_TAKEN_OVER = """
CREATE TRIGGER count_death BEFORE UPDATE ON pgqueuer.pgqueuer FOR EACH ROW
WHEN (OLD.status = 'picked' AND NEW.status = 'picked' AND OLD.queue_manager_id <> NEW.queue_manager_id)
EXECUTE FUNCTION pgqueuer.count_death()
"""


def upgrade() -> None:
    """Let the queue count how often a worker has fallen silent over a job."""
    op.execute(COUNT)
    op.execute(WHEN_TAKEN_OVER)


def downgrade() -> None:
    """Count only the attempts that workers have told of."""
    op.execute("DROP TRIGGER count_death ON pgqueuer.pgqueuer")
    op.execute("DROP FUNCTION pgqueuer.count_death()")
