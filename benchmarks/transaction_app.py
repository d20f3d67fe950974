"""The gate's decision as one SQLAlchemy transaction per request, the way templates write it.

The same models, the same tables and the same exactness: the account's row is locked, what it protects is read
under the lock with the database's clock, and the commit comes before the answer.
"""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Header
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.core.scopes import Scope
from app.core.settings import Settings
from app.main import build_api_key_secrets
from app.schemas.verification import VerifyRequest, VerifyResponse
from app.services.verification_service import answer
from benchmarks.transaction_decision import decide, find_key
from benchmarks.transaction_settings import POOL_SIZE_VARIABLE

settings = Settings()
api_key_secrets = build_api_key_secrets(settings.secrets)
engine = create_async_engine(
    settings.database.sqlalchemy_url, pool_size=int(os.environ[POOL_SIZE_VARIABLE]), max_overflow=0
)
open_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})


class UnfitServiceKeyError(Exception):
    """The caller may not ask; a real application would answer 401 here."""


async def get_session() -> AsyncIterator[AsyncSession]:
    """One session and one transaction for the request."""
    async with open_session() as session, session.begin():
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def require_service_key(session: SessionDep, authorization: Annotated[str, Header()]) -> None:
    """Let only a usable key with the scope `gate:verify` ask."""
    found = await find_key(session, authorization.removeprefix("Bearer "), api_key_secrets)
    if found is None or found.refusal() is not None or Scope.GATE_VERIFY not in found.scopes:
        raise UnfitServiceKeyError


@app.post("/api/v1/verify", dependencies=[Depends(require_service_key)])
async def verify(question: VerifyRequest, session: SessionDep) -> VerifyResponse:
    """Decide and charge in this request's own transaction."""
    return answer(await decide(session, question, api_key_secrets))
