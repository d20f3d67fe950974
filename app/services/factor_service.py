"""What a person's account demands besides its first factor."""

from uuid import UUID

from app.repositories.factor_repository import FactorRepository
from app.schemas.factor import FactorsResponse


class FactorService:
    """Tells people what they can prove."""

    def __init__(self, factors: FactorRepository) -> None:
        self._factors = factors

    async def read(self, user_id: UUID) -> FactorsResponse:
        """The user's factors, over all kinds."""
        counts = await self._factors.count(user_id)
        return FactorsResponse(
            second_factor_required=counts.demands_second_factor,
            methods=list(counts.methods),
            recovery_codes_left=counts.recovery_codes,
        )
