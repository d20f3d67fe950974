"""What lives as long as the process: built once by `main`, read by dependencies."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.breached_passwords import BreachedPasswords
from app.adapters.identity_provider import IdentityProvider
from app.adapters.leak_reporter import LeakReporter
from app.adapters.outbound_client import OutboundClient
from app.core.access_tokens import AccessTokens
from app.core.api_key_secrets import ApiKeySecrets
from app.core.clock import Clock
from app.core.passwords import PasswordHasher
from app.core.secret_box import SecretBox
from app.core.settings import Settings
from app.services.admission_service import AdmissionService
from app.services.forward_auth_service import ForwardAuthService
from app.services.verification_service import VerificationService


@dataclass(frozen=True, slots=True)
class Resources:
    """The adapters and the gate of one running application."""

    settings: Settings
    clock: Clock
    engine: AsyncEngine
    api_key_secrets: ApiKeySecrets
    access_tokens: AccessTokens
    password_hasher: PasswordHasher
    secret_box: SecretBox
    outbound: OutboundClient
    breached_passwords: BreachedPasswords
    identity_providers: Mapping[str, IdentityProvider]
    leak_reporter: LeakReporter | None
    gate: AdmissionService
    verification: VerificationService
    forward_auth: ForwardAuthService
