"""A gRPC server for any proto: answers by method, with JSON that may quote the request; remembers what it was sent."""

import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import grpc
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

QUOTED = re.compile(r"<request\.(\w+)>")


class GrpcStub(grpc.GenericRpcHandler):
    """``answers``: full method name (``package.Service/Method``) → messages, or a status to fail with."""

    def __init__(self, proto: str, answers: dict[str, list[dict[str, Any]] | grpc.StatusCode]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "it.proto").write_text(proto)
            own = str(files("grpc_tools") / "_proto")
            assert (
                protoc.main(["protoc", f"-I{folder}", f"-I{own}", "--include_imports", f"-o{folder}/out", "it.proto"])
                == 0
            )
            found = FileDescriptorSet.FromString((Path(folder) / "out").read_bytes())
        self.pool = DescriptorPool()
        for file in found.file:
            self.pool.Add(file)
        self.answers, self.asked = answers, []

    def service(self, details: Any) -> Any:
        name = details.method.lstrip("/")
        if name not in self.answers:
            return None
        service, _, method = name.partition("/")
        described = self.pool.FindServiceByName(service).methods_by_name[method]
        request, answer = GetMessageClass(described.input_type), GetMessageClass(described.output_type)

        def reply(given: Any, context: Any) -> list[Any]:
            asked = [MessageToDict(one) for one in (given if described.client_streaming else [given])]
            self.asked.append((name, asked, dict(context.invocation_metadata())))
            answers = self.answers[name]
            if isinstance(answers, grpc.StatusCode):
                context.abort(answers, "as the stub was told")
            said = [
                {k: QUOTED.sub(lambda m: str(asked[0][m[1]]), v) if isinstance(v, str) else v for k, v in one.items()}
                for one in answers
            ]
            return [ParseDict(one, answer(), descriptor_pool=self.pool) for one in said]

        ways = [
            "stream" if streams else "unary" for streams in (described.client_streaming, described.server_streaming)
        ]
        made = getattr(grpc, f"{ways[0]}_{ways[1]}_rpc_method_handler")

        def function(given: Any, context: Any) -> Any:
            return iter(reply(given, context)) if described.server_streaming else reply(given, context)[0]

        return made(function, request_deserializer=request.FromString, response_serializer=answer.SerializeToString)

    def __enter__(self) -> Self:
        self._server = grpc.server(ThreadPoolExecutor(4))
        self._server.add_generic_rpc_handlers((self,))
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()
