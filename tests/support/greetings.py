"""A small solution that greets, for end-to-end tests of its experience."""

import json
from typing import Any

SAGA = """
document: {dsl: 1.0.3, namespace: greetings, name: greet, version: 1.0.0}
input: {schema: {format: json, document: {type: object, required: [name], properties: {name: {type: string}}}}}
do:
  - greet: {set: {text: '${ "Hello " + .name }'}}
"""


def solution(version: str, bindings: list[dict[str, Any]]) -> dict[str, str]:
    about = {"name": "greetings", "version": version, "intents": {"hello.greet": "greet"}, "bindings": bindings}
    return {"solution.yaml": json.dumps(about), "sagas/greet.yaml": SAGA}


def rest(path: str) -> dict[str, Any]:
    return {"surface": "rest", "name": "greet", "path": path, "method": "POST", "intent": "hello.greet"}


async def deployed(client: Any, version: str, bindings: list[dict[str, Any]]) -> Any:
    created = await client.solution.create(solution(version, bindings))
    await client.solution.deploy(created.name, created.version)
    return created
