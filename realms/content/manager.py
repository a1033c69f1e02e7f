"""What Content offers, line by line."""

from symphainy.foundations.agentic import attach
from symphainy.foundations.curator import Registry
from symphainy.foundations.language.conversation import Heard
from symphainy.realms.content import orchestrator
from symphainy.realms.content.agents.liaison import ContentLiaison
from symphainy.realms.content.services.chunk import chunk
from symphainy.realms.content.services.decode import decode
from symphainy.realms.content.services.detect import detect
from symphainy.realms.content.services.embed import embed
from symphainy.realms.content.services.index import index
from symphainy.realms.content.services.normalise import normalise
from symphainy.realms.content.services.parse import parse
from symphainy.realms.content.services.search import search


class Manager:
    """Hands Content to the Curator."""

    name = "content"

    def register(self, registry: Registry) -> None:
        """Capabilities, the liaison, sagas and routes."""
        for function in (detect, parse, normalise, chunk, embed, index, search, decode):
            registry.register(function)
        registry.agent(attach(ContentLiaison(), "content.liaison", input=Heard, title="Speak for Content"))
        for name, document in orchestrator.sagas().items():
            registry.saga(name, document)
        for route in orchestrator.ROUTES:
            registry.route(route)
