"""In which order the credits of grants are burned."""

from collections.abc import Sequence

from app.models import CreditAccount, CreditGrant, GrantBurn


def burn(account: CreditAccount, grants: Sequence[CreditGrant]) -> list[GrantBurn]:
    """Write down which grants the credits came from that were burned since the last settlement.

    `grants` are in the order in which they are burned. From one settlement to the next they are the same, so
    this is what would have come of looking each time.
    """
    burns = []
    for grant in grants:
        taken = min(grant.remaining, account.burned - account.burned_settled)
        if taken:
            start = account.burned_settled
            grant.remaining -= taken
            account.burned_settled += taken
            burns.append(
                GrantBurn(
                    organization_id=account.organization_id,
                    from_position=start,
                    to_position=start + taken,
                    grant_id=grant.id,
                )
            )
    return burns
