"""What Insights offers, line by line."""

from symphainy.foundations.agentic import attach
from symphainy.foundations.curator import Registry
from symphainy.foundations.language.conversation import Heard
from symphainy.realms.insights import orchestrator
from symphainy.realms.insights.agents.answer import Answerer
from symphainy.realms.insights.agents.interpreter import Interpreter
from symphainy.realms.insights.agents.liaison import InsightsLiaison
from symphainy.realms.insights.agents.mapper import Mapper
from symphainy.realms.insights.models import Question
from symphainy.realms.insights.models.interpret import Observed
from symphainy.realms.insights.models.mapping import ToPropose
from symphainy.realms.insights.services.evidence import Embed
from symphainy.realms.insights.services.learn import learn, recall
from symphainy.realms.insights.services.mash import mash
from symphainy.realms.insights.services.match import match
from symphainy.realms.insights.services.observe import observe
from symphainy.realms.insights.services.profile import profile
from symphainy.realms.insights.services.quality import quality


class Manager:
    """Hands Insights to the Curator."""

    name = "insights"

    def __init__(self, embed: Embed | None = None) -> None:
        """``embed`` is Content's embedder, given by the composition: realms do not know each other."""
        self.embed = embed

    def register(self, registry: Registry) -> None:
        """Capabilities, agents, the saga and routes."""
        for function in (profile, match, quality, mash, observe, recall, learn):
            registry.register(function)
        registry.agent(attach(Answerer(self.embed), "insights.ask", input=Question, title="Answer a question"))
        registry.agent(attach(Mapper(), "insights.map", input=ToPropose, title="Propose a mapping", duration="short"))
        registry.agent(attach(Interpreter(), "insights.interpret", input=Observed, title="Interpret tables"))
        liaison = InsightsLiaison(self.embed)
        registry.agent(attach(liaison, "insights.liaison", input=Heard, title="Speak for Insights"))
        for name, document in orchestrator.sagas().items():
            registry.saga(name, document)
        for route in orchestrator.ROUTES:
            registry.route(route)
