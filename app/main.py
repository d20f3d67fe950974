"""The composition room: here, and only here, the parts of the application are put together."""

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.middleware import Middleware

from app.adapters.breached_passwords import BreachedPasswords, NoBreachedPasswords, PwnedPasswords
from app.adapters.github_leak_reporter import GithubLeakReporter
from app.adapters.identity_providers import build_identity_providers
from app.adapters.leak_reporter import LeakReporter
from app.adapters.mailbox_folder import MailboxFolder
from app.adapters.outbound_client import OutboundClient, OutboundPolicy
from app.api.application import Application
from app.api.dependencies.settlement_service import build_settle
from app.api.fast_lane import FastLaneMiddleware
from app.api.openapi import install_openapi
from app.api.problems import install_problem_handlers
from app.api.resources import Resources
from app.api.router import include_docs, include_mailbox, include_routers
from app.core.access_tokens import AccessTokens
from app.core.api_key_secrets import ApiKeySecrets
from app.core.audit import Occasion
from app.core.clock import system_clock
from app.core.database import create_driver_pool, create_engine
from app.core.forward_settings import ForwardSettings
from app.core.key_settings import KeySettings
from app.core.logging import configure_logging
from app.core.passwords import PasswordHasher
from app.core.provider_settings import OutboundSettings
from app.core.secret_box import SecretBox
from app.core.secret_settings import SecretSettings
from app.core.settings import AccountSettings, Environment, HttpSettings, SessionSettings, Settings
from app.middleware.body_limit import BodyLimitMiddleware
from app.middleware.cross_origin import CrossOriginMiddleware
from app.middleware.envelope import EnvelopeMiddleware
from app.middleware.trusted_hosts import TrustedHostsMiddleware
from app.middleware.unexpected_errors import UnexpectedErrorsMiddleware
from app.repositories.admission_repository import Admissions
from app.repositories.audit_event_repository import audit_events_opener
from app.repositories.housekeeping_repository import housekeeping_opener
from app.repositories.job_repository import jobs_opener
from app.repositories.partition_repository import partitions_opener
from app.repositories.signing_key_repository import signing_keys_opener
from app.services.admission_identity import Policy
from app.services.admission_service import AdmissionService
from app.services.audit_service import auditor
from app.services.forward_auth_service import UNLISTED, ForwardAuthService
from app.services.signing_key_service import SigningKeyService
from app.services.signing_key_watch import SigningKeyWatch
from app.services.verification_service import VerificationService
from app.services.worker import build_worker


def create_app(settings: Settings | None = None) -> Application:
    """Put the application together; without settings they are read from the environment."""
    settings = settings or Settings()
    configure_logging(settings.logging, settings.environment)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_resources(settings) as resources:
            app.state.resources = resources
            async with work_on_jobs(resources):
                # What is there now stays: the collector need not walk it, and stop the world, ever again.
                gc.collect()
                gc.freeze()
                yield

    docs_open = are_docs_open(settings)
    app = Application(
        title="Faregate",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if docs_open else None,
        # A redirect is built from the Host header; a wrong path is simply not there.
        redirect_slashes=False,
        # Its hooks would keep bodies and rejected input for exporters, and cost every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=lifespan,
    )
    include_routers(app)
    if docs_open:
        include_docs(app)
    if settings.mailbox_folder is not None:
        mailbox = MailboxFolder(settings.mailbox_folder, clock=system_clock)
        include_mailbox(app, mailbox, public_url=str(settings.http.public_url))
    install_problem_handlers(app)
    install_openapi(app)
    app.layers = middleware(settings.http)
    return app


def are_docs_open(settings: Settings) -> bool:
    """Everywhere but in production, unless the setting says otherwise."""
    if settings.http.docs_open is None:
        return settings.environment is not Environment.PRODUCTION
    return settings.http.docs_open


def middleware(http: HttpSettings) -> list[Middleware]:
    """What wraps the routes, from the outside in: the first is the first to see a request."""
    layers = [Middleware(EnvelopeMiddleware, trusted_proxies=http.trusted_proxies)]
    if http.cors_origins:
        layers.append(Middleware(CrossOriginMiddleware, origins=http.cors_origins))
    layers.append(Middleware(UnexpectedErrorsMiddleware))
    if "*" not in http.trusted_hosts:
        layers.append(Middleware(TrustedHostsMiddleware, hosts=http.trusted_hosts))
    layers.append(Middleware(BodyLimitMiddleware, limit_bytes=http.body_limit_bytes))
    layers.append(Middleware(FastLaneMiddleware))
    return layers


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Build the adapters and the gate, and close them in the end."""
    database = settings.database
    engine = create_engine(database, pool_size=database.pool_size)
    api_key_secrets = build_api_key_secrets(settings.secrets)
    access_tokens = build_access_tokens(settings)
    signing_key_watch = SigningKeyWatch(build_signing_keys(settings, engine), access_tokens)
    password_hasher = build_password_hasher(settings.sessions)
    outbound = build_outbound_client(settings.outbound)
    try:
        await signing_key_watch.start()
        async with open_gate(settings, api_key_secrets) as gate:
            yield Resources(
                settings=settings,
                clock=system_clock,
                engine=engine,
                api_key_secrets=api_key_secrets,
                access_tokens=access_tokens,
                password_hasher=password_hasher,
                secret_box=build_secret_box(settings.secrets),
                outbound=outbound,
                breached_passwords=build_breached_passwords(settings.accounts, outbound),
                identity_providers=build_identity_providers(
                    settings.oauth.providers, outbound, clock=system_clock
                ),
                leak_reporter=build_leak_reporter(settings.keys, outbound),
                gate=gate,
                verification=VerificationService(
                    gate, access_tokens, system_clock, foreign_prefixes=settings.keys.foreign_prefixes
                ),
                forward_auth=build_forward_auth(settings.forward, gate),
            )
    finally:
        await signing_key_watch.stop()
        password_hasher.close()
        await outbound.close()
        await engine.dispose()


@asynccontextmanager
async def open_gate(settings: Settings, api_key_secrets: ApiKeySecrets) -> AsyncIterator[AdmissionService]:
    """Build the gate on connections of its own, which no request can exhaust."""
    flushes_max = settings.gate.flushes_max
    # One connection for each flush, two for noting use.
    pool = await create_driver_pool(settings.database, size=flushes_max + 2)
    settling_engine = create_engine(settings.database, pool_size=flushes_max)
    policy = Policy(api_key_secrets, frozenset(settings.keys.resource_scopes))
    gate = AdmissionService(
        Admissions(pool),
        policy,
        settings.gate,
        build_settle(settling_engine),
        settings.usage,
        patience_seconds=settings.database.lock_timeout_seconds,
    )
    try:
        yield gate
    finally:
        await gate.drain()
        await pool.close()
        await settling_engine.dispose()


@asynccontextmanager
async def work_on_jobs(resources: Resources) -> AsyncIterator[None]:
    """Let this process be a worker too, if the settings say so."""
    settings = resources.settings
    if not settings.server_works_on_jobs:
        yield
        return
    worker = build_worker(
        settings,
        open_jobs=jobs_opener(resources.engine, resources.secret_box),
        open_housekeeping=housekeeping_opener(resources.engine),
        open_partitions=partitions_opener(settings.database),
        secret_box=resources.secret_box,
        clock=resources.clock,
    )
    work = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await work


def build_forward_auth(forward: ForwardSettings, gate: AdmissionService) -> ForwardAuthService:
    """What proxies ask, with the price list of the API behind them."""
    unlisted = UNLISTED if forward.unlisted == "allow" else None
    return ForwardAuthService(gate, forward.route_table(), unlisted=unlisted)


def build_api_key_secrets(secrets: SecretSettings) -> ApiKeySecrets:
    """The keys of API keys: the current pepper, and those that older keys still need."""
    return ApiKeySecrets(secrets.peppers, current_pepper_id=secrets.api_key_pepper_id)


def build_secret_box(secrets: SecretSettings) -> SecretBox:
    """What encrypts secrets for the database: the current key, and those that older secrets still need."""
    return SecretBox(secrets.encryption_keys, current_key_id=secrets.encryption_key_id)


def build_access_tokens(settings: Settings) -> AccessTokens:
    """The signer and reader of sessions' access tokens; its keys come from the database."""
    return AccessTokens(
        issuer=settings.sessions.issuer,
        audience=settings.sessions.audience,
        lifetime_seconds=settings.sessions.access_token_seconds,
    )


def build_signing_keys(settings: Settings, engine: AsyncEngine) -> SigningKeyService:
    """The keeper of the keys that sign access tokens."""
    return SigningKeyService(
        signing_keys_opener(engine),
        audit_in=auditor(audit_events_opener(engine), Occasion()),
        secret_box=build_secret_box(settings.secrets),
        lifetime=timedelta(seconds=settings.sessions.access_token_seconds),
        clock=system_clock,
    )


def build_password_hasher(sessions: SessionSettings) -> PasswordHasher:
    """The hasher of passwords, with threads of its own."""
    return PasswordHasher(
        memory_kib=sessions.argon2_memory_kib,
        iterations=sessions.argon2_iterations,
        parallelism=sessions.argon2_parallelism,
        concurrency=sessions.hashing_concurrency,
        queue_max=sessions.hashing_queue,
    )


def build_breached_passwords(accounts: AccountSettings, outbound: OutboundClient) -> BreachedPasswords:
    """Who is asked about new passwords."""
    if accounts.breached_passwords_url is None:
        return NoBreachedPasswords()
    return PwnedPasswords(
        outbound,
        str(accounts.breached_passwords_url),
        timeout_seconds=accounts.breached_passwords_timeout_seconds,
    )


def build_leak_reporter(keys: KeySettings, outbound: OutboundClient) -> LeakReporter | None:
    """Who may report leaked keys, if anybody may."""
    if keys.leak_report_keys_url is None:
        return None
    return GithubLeakReporter(outbound, str(keys.leak_report_keys_url), clock=system_clock)


def build_outbound_client(outbound: OutboundSettings) -> OutboundClient:
    """The one way out."""
    policy = OutboundPolicy(
        allowed_networks=tuple(outbound.allowed_networks),
        timeout_seconds=outbound.timeout_seconds,
        tls=ssl.create_default_context(cafile=outbound.ca_file),
    )
    return OutboundClient(policy)
