"""The settings: read once from `POSTROOM_…` environment variables, all problems named at once.

`python -m core.settings` prints the table that the README holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, overload
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from core.database import is_postgres, sqlite_path
from core.errors import ConfigError
from core.keyring import KeyRing
from core.outgoing import MICROSOFT_HOSTS

PREFIX = "POSTROOM_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?")


def _guid(text: str) -> str:
    text = text.strip().lower()
    if not _GUID.fullmatch(text):
        raise ValueError("a GUID is needed, such as 00000000-0000-0000-0000-000000000000")
    return text


def _guids(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_guid(text) for text in texts)


def _url(text: str) -> str:
    """Without its last slash: `https`, or `http` on loopback."""
    refusal = "an https URL is needed (http only on loopback), without user, query or fragment"
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(refusal) from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not safe or not host or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(refusal)
    return text.strip().rstrip("/")


def _database_url(secret: SecretStr) -> SecretStr:
    url = secret.get_secret_value()
    if is_postgres(url):
        try:
            parts = urlsplit(url)
            named = parts.port is None or parts.port > 0
        except ValueError:
            named = False
        if not named or len(parts.path) < 2:
            raise ValueError("postgres://user:password@host:port/name is needed")
        return secret
    try:
        sqlite_path(url)
    except ConfigError:
        raise ValueError("sqlite:///absolute/path.db or postgres://… is needed") from None
    return secret


def _hosts(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        scheme, _, host = pattern.lower().rpartition("://")
        loopback = host.partition(":")[0] in LOOPBACK
        if not _HOST.fullmatch(host) or not (
            scheme in ("", "https") or (scheme == "http" and loopback)
        ):
            raise ValueError("each is a host, host:port or *.suffix; http:// only before loopback")
    return tuple(pattern.lower() for pattern in patterns)


def _file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("there is no such file")
    return path


def _new_file(path: Path) -> Path:
    if not path.parent.is_dir():
        raise ValueError("its folder does not exist")
    return path


Guid = Annotated[str, AfterValidator(_guid)]
Guids = Annotated[tuple[str, ...], NoDecode, AfterValidator(_guids)]
Url = Annotated[str, AfterValidator(_url)]


class PackageSettings(BaseSettings):
    """What the Teams app package shows of the settings."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    name: str = Field(
        default="Postroom",
        min_length=1,
        max_length=30,
        description="What the bot is called in Teams, 30 characters at most.",
    )
    public_url: Url = Field(
        description="Where Teams, Microsoft Graph and browsers reach Postroom: https,"
        " or http on loopback."
    )
    bot_app_id: Guid = Field(description="Application id of the bot's registration.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`load` is the one way in: the process's own environment is not read behind it."""
        return (init_settings,)


class Settings(PackageSettings):
    """What the environment says. Secrets never show in its `repr`."""

    bot_app_password: SecretStr = Field(description="Client secret of the bot's registration.")
    bot_tenant_id: Guid = Field(description="Tenant of the bot's registration (single tenant).")
    graph_client_id: Guid = Field(
        description="Application id of the registration that mailboxes are opened with."
    )
    graph_client_secret: SecretStr = Field(description="Client secret of that registration.")
    tenants: Guids = Field(
        default_factory=lambda data: (data["bot_tenant_id"],),
        description="Tenants that may use this Postroom, separated by commas; others get a"
        " welcome and nothing else.",
    )
    admins: Guids = Field(
        default=(),
        description="Entra object ids of the first admins, separated by commas. Without any,"
        " the first admin proves an Entra administrator role by signing in.",
    )
    database_url: Annotated[SecretStr, AfterValidator(_database_url)] = Field(
        description="`sqlite:///absolute/path.db` or `postgres://user:password@host/name`."
    )
    keys: SecretStr = Field(
        description="The key ring, newest first: `id:base64 of 32 bytes`, separated by commas."
        " `python app.py keys new` makes one."
    )
    lookup_key: SecretStr = Field(
        description="Key of the hashes that addresses are looked up by: base64 of 32 bytes."
        " Never changes; made by the same command."
    )
    contact: str = Field(
        default="your Microsoft 365 administrator",
        description="Who answers questions about personal data, as the privacy page names them.",
    )
    data_region: str = Field(
        default="not stated",
        description="Where the database is kept, as the privacy page states it.",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(
        default=3978, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    jobs: Literal["embedded", "distributed"] = Field(
        default="embedded",
        description="`embedded`: one process does everything. `distributed`: any number of"
        " replicas share the work; needs PostgreSQL.",
    )
    sync_seconds: int = Field(
        default=60, ge=1, le=3600, description="Seconds between two rounds over a mailbox."
    )
    log_file: Annotated[Path, AfterValidator(_new_file)] | None = Field(
        default=None,
        description="File for the log, readable by its owner alone, a new one each day (UTC);"
        " one for each process. Without it the log goes to stderr.",
    )
    log_days: int = Field(default=14, ge=1, le=3650, description="Days that log files are kept.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`."
    )
    metrics: bool = Field(
        default=False, description="`on` serves figures for Prometheus at `/metrics`."
    )
    login_url: Url = Field(
        default="https://login.microsoftonline.com", description="Microsoft's sign-in."
    )
    graph_url: Url = Field(default="https://graph.microsoft.com", description="Microsoft Graph.")
    bot_openid_url: Url = Field(
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="Where the keys of incoming activities are published.",
    )
    bot_login_url: Url = Field(
        default_factory=lambda data: data["login_url"],
        description="Sign-in that the bot's own token comes from.",
    )
    service_hosts: Annotated[tuple[str, ...], NoDecode, AfterValidator(_hosts)] = Field(
        default=(),
        description="Further hosts that Postroom may speak to, separated by commas: `host`,"
        " `host:port`, `*.suffix`, or `http://127.0.0.1:port`.",
    )
    ca_file: Annotated[Path, AfterValidator(_file)] | None = Field(
        default=None,
        description="PEM file of the authorities that outgoing connections trust, in place of"
        " the public ones.",
    )

    @field_validator("tenants", "admins", "service_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(filter(None, (part.strip() for part in value.split(","))))
        return value

    @field_validator("jobs")
    @classmethod
    def _replicas_share_a_database(cls, jobs: str, info: Any) -> str:
        url = info.data.get("database_url")
        if jobs == "distributed" and url and not is_postgres(url.get_secret_value()):
            raise ValueError("distributed needs PostgreSQL in POSTROOM_DATABASE_URL")
        return jobs

    def outgoing_hosts(self) -> tuple[str, ...]:
        """Patterns for `AllowedHosts`: Microsoft's, those of the URLs, and the further ones."""
        urls = (self.login_url, self.graph_url, self.bot_openid_url, self.bot_login_url)
        named = (f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, urls))
        return tuple(dict.fromkeys((*MICROSOFT_HOSTS, *named, *self.service_hosts)))


S = TypeVar("S", bound=PackageSettings)


@overload
def load(environ: Mapping[str, str]) -> Settings: ...
@overload
def load(environ: Mapping[str, str], wanted: type[S]) -> S: ...
def load(environ: Mapping[str, str], wanted: type[PackageSettings] = Settings) -> PackageSettings:
    """The settings; raises ConfigError that names every missing or malformed variable.

    A problem says which variable and what is needed, never what was given.
    """
    given = {name: text.strip() for name, text in environ.items() if name.startswith(PREFIX)}
    source = EnvSettingsSource(wanted)
    source.env_vars = {name.lower(): text for name, text in given.items() if text}
    problems = {name: "there is no such setting" for name in given if name not in _VARIABLES}
    settings = None
    try:
        settings = wanted(**source())
    except ValidationError as error:
        for detail in error.errors(include_input=False, include_context=False, include_url=False):
            if detail["type"] != "default_factory_not_called":
                problems[_variable(str(detail["loc"][0]))] = _reason(detail)
    if "keys" in wanted.model_fields:
        problems |= _key_problems(given)
    if problems or settings is None:
        raise ConfigError([f"{name}: {reason}" for name, reason in sorted(problems.items())])
    return settings


def _key_problems(given: Mapping[str, str]) -> dict[str, str]:
    keys, lookup_key = _variable("keys"), _variable("lookup_key")
    try:
        KeyRing.from_settings(given.get(keys, ""), given.get(lookup_key, ""))
    except ConfigError as error:
        return dict(problem.split(": ", 1) for problem in error.problems)
    return {}


def markdown_table() -> str:
    """Every setting with its default and its meaning, for the README."""
    rows = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        if field.is_required():
            default = "**needed**"
        elif field.default_factory is not None:
            default = {"tenants": "the bot's tenant", "bot_login_url": "the same sign-in"}[name]
        elif isinstance(field.default, bool):
            default = "`on`" if field.default else "`off`"
        elif field.default in (None, ()):
            default = "none"
        else:
            default = f"`{field.default}`"
        rows.append(f"| `{_variable(name)}` | {default} | {field.description} |")
    return "\n".join(rows)


def _variable(field: str) -> str:
    return PREFIX + field.upper()


def _reason(detail: ErrorDetails) -> str:
    return "missing" if detail["type"] == "missing" else detail["msg"].removeprefix("Value error, ")


_VARIABLES = frozenset(map(_variable, Settings.model_fields))


if __name__ == "__main__":
    print(markdown_table())  # noqa: T201
