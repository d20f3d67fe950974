"""The service of new passwords."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.services.new_password_service import NewPasswordService


async def get_new_password_service(resources: ResourcesDep) -> NewPasswordService:
    """The service; it needs no database."""
    return NewPasswordService(
        resources.password_hasher,
        resources.breached_passwords,
        refuse_unchecked=resources.settings.accounts.breached_passwords_when_unavailable == "refuse",
    )


NewPasswordServiceDep = Annotated[NewPasswordService, Depends(get_new_password_service)]
