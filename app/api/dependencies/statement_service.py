"""The service of statements."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.credit_service import CreditServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.statement_repository import StatementRepository, statements_opener
from app.services.statement_service import StatementService


async def get_statement_service(
    session: SessionDep, resources: ResourcesDep, credit: CreditServiceDep
) -> StatementService:
    """The service, in the request's unit of work; exports outlive it and have their own."""
    return StatementService(
        StatementRepository(session), statements_opener(resources.engine), credit, resources.clock
    )


StatementServiceDep = Annotated[StatementService, Depends(get_statement_service, scope="function")]
