"""What the conformance kit calls outside: the pet store with its Swagger 2.0 document, and a server that wants basic authentication."""

import base64
from typing import Any

from support.stub_server import Asked, Reply, StubServer

PETS = {1: {"id": 1, "name": "Rex", "status": "available"}, 2: {"id": 2, "name": "Fido", "status": "available"}}
STORE, BIN = "petstore.swagger.io", "httpbin.org"


def _get(name: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {"get": {"operationId": name, "produces": ["application/json"], "parameters": list(parameters)}}


SWAGGER = {
    "swagger": "2.0", "info": {"title": "Pets", "version": "1"}, "host": STORE, "basePath": "/v2", "schemes": ["https", "http"],
    "paths": {
        "/pet/findByStatus": _get(
            "findPetsByStatus",
            {"name": "status", "in": "query", "required": True, "type": "array", "collectionFormat": "multi", "items": {"type": "string"}},
        ),
        "/pet/{petId}": _get("getPetById", {"name": "petId", "in": "path", "required": True, "type": "integer"}),
    },
}  # fmt: skip


class PetStore(StubServer):
    """The stub with the kit's routes."""

    def __init__(self) -> None:
        super().__init__()
        self.route(STORE, "GET", "/v2/swagger.json", Reply(body=SWAGGER))
        for number, pet in PETS.items():
            self.route(STORE, "GET", f"/v2/pet/{number}", Reply(body=pet))
        self.route(BIN, "GET", "/", Reply())

    def _answer(self, asked: Asked) -> Reply:
        if asked.host == STORE and asked.path == "/v2/pet/findByStatus":
            wanted = asked.query.get("status", [])
            return Reply(body=[pet for pet in PETS.values() if pet["status"] in wanted])
        if asked.host == BIN and asked.path.startswith("/basic-auth/"):
            _, _, user, password = asked.path.split("/")
            right = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
            return Reply(body={"authenticated": True}) if asked.headers.get("authorization") == right else Reply(401)
        if (asked.host, asked.method, asked.path) in self.routes:
            return super()._answer(asked)
        problem = {"type": "about:blank", "title": "Not Found", "status": 404}
        return Reply(404, body=problem, headers={"content-type": "application/problem+json"})
