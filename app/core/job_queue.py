"""How the queue's tables are named: as its library calls them, in a schema of their own.

Said in full, so that no `PGQUEUER_` variable of the environment has a say.
"""

from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

JOB_QUEUE = DBSettings(
    prefix="",
    db_schema="pgqueuer",
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
    widen_id=False,
)
