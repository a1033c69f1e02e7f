"""Channels over Redis or Valkey: PUBLISH and SUBSCRIBE, one connection per use."""

from collections.abc import AsyncGenerator
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from symphainy.foundations.language.errors import OutcomeUnknown, TooLarge, Unauthenticated, Unavailable
from symphainy.foundations.public_works.abstractions.outbound_channels import Broker
from symphainy.foundations.public_works.adapters.outbound_guard import Guard
from symphainy.foundations.public_works.addresses import Target

PATIENCE = 10.0
"""Seconds to connect, and for the answer to a PUBLISH."""


class RedisChannels:
    """``OutboundChannels`` for the protocol ``redis``."""

    def __init__(self, guard: Guard, *, max_size: int = 1024 * 1024) -> None:
        self._guard, self._max_size = guard, max_size

    def knows(self, protocol: str) -> bool:
        """Redis alone."""
        return protocol == "redis"

    async def publish(self, broker: Broker, channel: str, data: bytes) -> None:
        """PUBLISH. Whoever listens at this moment gets it: Redis keeps nothing."""
        sent = False
        client = await self._client(broker, PATIENCE)
        try:
            await client.ping()
            sent = True
            await client.publish(channel, data)
        except (RedisError, OSError, TimeoutError) as error:
            raise _told(broker, error, sent) from None
        finally:
            await client.aclose()

    async def listen(self, broker: Broker, channel: str) -> AsyncGenerator[bytes]:
        """SUBSCRIBE."""
        client = await self._client(broker, None)
        try:
            async with client.pubsub(ignore_subscribe_messages=True) as pubsub:
                await pubsub.subscribe(channel)
                async for message in pubsub.listen():
                    data: bytes = message["data"]
                    if len(data) > self._max_size:
                        raise TooLarge(f"a message of {broker.host} passes {self._max_size:,} bytes")
                    yield data
        except (RedisError, OSError, TimeoutError) as error:
            raise _told(broker, error, False) from None
        finally:
            await client.aclose()

    async def _client(self, broker: Broker, silence: float | None) -> Any:
        target = Target("http", broker.host.lower(), broker.port, "/")
        there, port = await self._guard.place(target, f"redis://{broker.host}:{broker.port}")
        return Redis(
            host=str(there), port=port or broker.port, username=broker.user, password=broker.password,
            socket_connect_timeout=PATIENCE, socket_timeout=silence,
        )  # fmt: skip


def _told(broker: Broker, error: Exception, sent: bool) -> Exception:
    if isinstance(error, AuthenticationError | NoPermissionError):
        return Unauthenticated(f"the broker at {broker.host} refuses the credential", code="broker")
    if sent:
        return OutcomeUnknown(f"the broker at {broker.host} was told and did not answer")
    return Unavailable(f"the broker at {broker.host} cannot be reached: {type(error).__name__}")
