"""The settings contract: everything an operator may choose, typed, with the reason beside each number.

Read from the process environment (prefix ``SYMPHAINY_``), then from an optional ``.env``, then from the client's ``client.yaml``.
An unknown name, a value of the wrong shape and, in production, a missing one are errors that name it and the way out. Durations are
written ``500ms``, ``3s``, ``15m``, ``24h``, ``30d`` or in ISO 8601; sizes in bytes.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings.rules import (
    PREFIX,
    Ports,
    as_text,
    is_mapping,
    known_secret,
    parse_duration,
    refuse_unknown,
    split_list,
    variable,
)
from symphainy.foundations.settings.source import ClientSource, client_path

Duration = Annotated[timedelta, BeforeValidator(parse_duration), Field(gt=timedelta(0))]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_list)]
Bytes = Annotated[int, Field(gt=0)]


class Settings(BaseSettings):
    """One process' settings. Frozen; hand it down from ``bindings/``, never read it from a global.

    >>> Settings(_env_file=None, port_base=9000).ports.solution_api
    9001
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    # -- where it runs
    environment: Literal["development", "production"] = "development"
    data_dir: Path = Path(".symphainy")
    """The one data folder: database, objects, keys, logs. A second ``up`` on it continues where the last one stopped."""
    client: Path | None = None
    """The client's document (BYOI, BYOH); none = ``<data_dir>/client.yaml``, if there is one."""
    host: str = "127.0.0.1"
    """Loopback unless somebody decides otherwise: nothing is reachable from outside by accident."""
    port_base: int = Field(default=7300, ge=1024, le=65_000)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    otlp_endpoint: str | None = None
    """OTLP over HTTP, e.g. ``http://collector:4318``; none = traces stay in the process."""

    # -- the parts, ``embedded`` or by URL (ARCHITECTURE 10)
    sql_url: str = Field(default="embedded", pattern=r"^(embedded$|postgresql\+asyncpg://)")
    sql_pool_size: int = Field(default=15, ge=1)
    """Per role and process, opened as they are needed and kept: 7 pools of 15 stay below the embedded server's 200 connections."""
    sql_max_overflow: int = Field(default=0, ge=0)
    """Connections over the pool's size, closed after each use. None: to open one costs more than all the statements of a saga, and a
    busy worker opened several a second (`symphainy chaos`)."""
    redis_url: str = Field(default="embedded", pattern=r"^(embedded$|rediss?://)")
    objects_url: str = Field(default="", pattern=r"^($|file://|s3://)")
    """Empty = ``file://<data_dir>/objects``; else ``s3://bucket?endpoint=…&region=…``, credentials from AWS_* variables."""
    temporal_address: str = "embedded"
    temporal_namespace: str = "symphainy"
    temporal_cli: str | None = None
    """Path of the ``temporal`` binary; none = the one on PATH."""
    temporal_tls: bool = False
    temporal_tls_ca: Path | None = None
    temporal_tls_cert: Path | None = None
    temporal_tls_key: Path | None = None
    temporal_api_key: SecretStr | None = None

    # -- secrets and identity
    master_key: SecretStr | None = None
    """32 bytes in base64; none = the file ``<data_dir>/keys/master.key``, which development creates. All keys derive from it."""
    token_issuer: str = "symphainy"
    token_audience: str = "symphainy-api"
    signing_key: int = Field(default=1, ge=1)
    """Generation of the token key: raise it by one to rotate. Every process derives the keys from the master key."""
    signing_key_oldest: int = Field(default=1, ge=1)
    """Oldest generation that still verifies: raise it when no open run carries a passport of that key any more."""
    access_token_lifetime: Duration = timedelta(minutes=15)
    """Short, since a signature outlives a log-out everywhere but at the session's row."""
    refresh_token_lifetime: Duration = timedelta(days=30)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_redirect_uri: str | None = None

    # -- sizes, in bytes
    step_inline_max: Bytes = 64 * 1024
    """A larger value travels as an Artifact (DECISIONS 3): 20 results of 250 KB in one task pass Temporal's 4 MiB and hang."""
    payload_max: Bytes = 1024 * 1024
    request_body_max: Bytes = 1024 * 1024
    upload_max: Bytes = 1024 * 1024 * 1024
    upload_quota: Bytes = 100 * 1024 * 1024 * 1024
    """Bytes that one tenant's uploads may take together; the same bytes twice count once."""

    # -- timeouts that recovery rests on (DECISIONS 14)
    workflow_task_timeout: Duration = timedelta(seconds=3)
    """Measured: a worker killed inside a local step is replaced after 4.0 s with 3 s here, 11.0 s with Temporal's 10 s."""
    sticky_timeout: Duration = timedelta(seconds=1)
    """Sticky schedule-to-start. Measured: an idle saga on a dead worker's cache waits 11.5 s with the default of 10 s."""
    heartbeat_timeout: Duration = timedelta(seconds=2)
    """A lost worker's activity is given to another after this; keeps the next effect of an affected saga within 5 s."""
    continue_as_new_events: int = Field(default=2_000, ge=100)
    """Replaying 2,000 events stays under 0.7 s, so that a cold worker answers within its workflow task timeout."""

    # -- budget of one workflow task (DECISIONS 3)
    task_steps_max: int = Field(default=32, ge=1)
    task_bytes_max: Bytes = 1024 * 1024
    task_time_max: Duration = timedelta(milliseconds=500)

    # -- runtime
    history_retention: Duration = timedelta(days=30)
    seal_interval: Duration = timedelta(seconds=1)
    """The unsealed window of the decision chains (DECISIONS 16)."""
    reconcile_interval: Duration = timedelta(seconds=5)
    retention_interval: Duration = timedelta(minutes=5)
    """How often the relay looks for runs that are past their tenant's retention, which is said in days."""
    stream_length: int = Field(default=10_000, ge=100)
    """Events that Redis keeps per stream; older ones are read from SQL."""

    # -- processes and pools
    workers: int = Field(default=2, ge=1)
    """Worker processes that ``up`` starts: two, so that one may die."""
    compute_workers: int = Field(default=2, ge=1)
    compute_memory_max: Bytes = 1024 * 1024 * 1024
    compute_timeout: Duration = timedelta(seconds=120)
    expression_memory_max: Bytes = 64 * 1024 * 1024
    expression_timeout: Duration = timedelta(milliseconds=250)
    """A literal bound of 28 doublings took jq 395 MB: expressions that are not linear run in a pool that can be killed."""

    realms: Names = ()
    """A builder's own realms, each ``package.module:Manager``; registered after the platform's four."""
    fault: Path | None = None
    """Fault injection, development only: a folder; a worker that comes to a moment which a file there names removes it, and dies."""

    # -- the world outside
    outbound_timeout: Duration = timedelta(seconds=10)
    outbound_max: Bytes = 1024 * 1024
    outbound_allow: Names = ()
    """Hosts, addresses or networks that may be called although they are private: ``erp.internal, 10.1.0.0/16``."""
    outbound_map: Names = ()
    """Development only: ``host=address:port``, called in place of that host, without TLS: definitions run against stubs unchanged."""
    run_allow: Annotated[
        tuple[Literal["script", "shell", "container", "mcp-stdio"], ...], NoDecode, BeforeValidator(split_list)
    ] = ()
    """Processes that definitions may start: none, since each is code that somebody else brings along."""
    run_network: bool = False
    """Whether they may open connections; where the kernel has no user namespaces, scripts and commands always can."""
    run_volumes: Names = ()
    """Folders of this machine, at or below which a container may mount."""
    run_timeout: Duration = timedelta(minutes=4)
    """Below the five minutes that a step is given, so that what is late is told as late, not as lost."""
    run_memory_max: Bytes = 1024 * 1024 * 1024
    run_output_max: Bytes = 256 * 1024
    """Of each of the two outputs: both fit into a step's payload."""
    cors_origins: Names = ()
    model_url: str | None = None
    """An OpenAI-compatible endpoint, e.g. ``https://models.example/v1``; none = the platform runs without a language model."""
    model_name: str = ""
    model_api_key: SecretStr | None = None
    model_timeout: Duration = timedelta(seconds=60)

    def __init__(self, **values: Any) -> None:
        given = {variable(name): None for name in values if not name.startswith("_")}
        refuse_unknown(given, tuple(type(self).model_fields))
        try:
            super().__init__(**values)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            where = f"{variable(str(first['loc'][0]))}: " if first["loc"] else ""
            said = first["msg"].removeprefix("Value error, ")
            raise Invalid(where + said, remedy="correct the variable; .env.example lists every setting") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then ``.env``, then ``client.yaml``; refuses names it does not know in any of them."""
        for source in (env_settings, dotenv_settings):
            refuse_unknown(getattr(source, "env_vars", {}), tuple(cls.model_fields))
        return init_settings, env_settings, dotenv_settings, ClientSource(settings_cls)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.environment == "production":
            self._fit_for_production()
        for entry in self.outbound_map:
            if not is_mapping(entry):
                raise ValueError(f"{variable('outbound_map')}: '{entry}' is not host=address:port")
        if self.signing_key_oldest > self.signing_key:
            raise ValueError(f"{variable('signing_key_oldest')} is newer than {variable('signing_key')}")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_redirect_uri):
            raise ValueError(
                f"{variable('oidc_issuer')} needs {variable('oidc_client_id')} and {variable('oidc_redirect_uri')}"
            )
        return self

    def _fit_for_production(self) -> None:
        if self.fault:
            raise ValueError(f"{variable('fault')} injects faults and is for development only")
        if self.outbound_map:
            raise ValueError(f"{variable('outbound_map')} sends calls elsewhere and is for development only")
        for name in ("sql_url", "redis_url", "temporal_address", "objects_url"):
            if getattr(self, name) in ("embedded", ""):
                raise ValueError(f"production needs {variable(name)}; there is no embedded part to fall back on")
        if self.master_key is None and not self.master_key_file.exists():
            raise ValueError(f"production needs {variable('master_key')} (or {self.master_key_file})")
        for name in ("master_key", "sql_url", "redis_url"):
            if (value := getattr(self, name)) and known_secret(as_text(value)):
                raise ValueError(f"{variable(name)} holds a published default secret; make one of your own")

    @property
    def ports(self) -> Ports:
        """The ports counted from ``port_base``."""
        return Ports(self.port_base)

    @property
    def objects(self) -> str:
        """``objects_url`` with its default filled in."""
        return self.objects_url or f"file://{(self.data_dir / 'objects').resolve()}"

    @property
    def client_file(self) -> Path | None:
        """The client's document, if there is one."""
        return client_path(self.client, self.data_dir)

    @property
    def outbound_places(self) -> dict[str, str]:
        """``outbound_map`` as a map."""
        return dict(entry.split("=", 1) for entry in self.outbound_map)

    @property
    def master_key_file(self) -> Path:
        """Where the master key lies when the environment does not hold it."""
        return self.data_dir / "keys" / "master.key"

    def environment_for_child(self) -> dict[str, str]:
        """These settings as environment variables, so that a child process has exactly the same ones.

        Holds secrets: hand it to a process that you start, never to a log.
        """
        return {variable(name): text for name in type(self).model_fields if (text := as_text(getattr(self, name)))}
