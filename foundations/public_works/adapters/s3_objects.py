"""Objects in S3, or in anything that speaks its protocol (MinIO, Ceph, R2)."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from obstore.store import S3Store

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.public_works.adapters.obstore_objects import ObstoreObjects


class S3Objects(ObstoreObjects):
    """``Objects`` of ``s3://bucket[/prefix]?endpoint=…&region=…``; credentials come from the AWS_* variables or the machine's role.

    With an ``endpoint`` the bucket is addressed in the path. Plain HTTP only when the endpoint says ``http://``.
    """

    def __init__(self, url: str, *, timeout: timedelta = timedelta(seconds=30), **credentials: Any) -> None:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.scheme != "s3" or not parts.netloc or set(query) - {"endpoint", "region"}:
            raise Invalid("an S3 URL is s3://bucket[/prefix]?endpoint=…&region=…")
        endpoint = query.get("endpoint")
        more: dict[str, Any] = {"endpoint": endpoint, "virtual_hosted_style_request": False} if endpoint else {}
        client: Any = {
            "allow_http": bool(endpoint and endpoint.startswith("http://")),
            "timeout": f"{timeout.total_seconds():.0f}s",
            "connect_timeout": "5s",
        }
        store = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            region=query.get("region", "us-east-1"),
            client_options=client,
            copy_if_not_exists="multipart",
            retry_config={"max_retries": 3, "retry_timeout": timeout},
            **more,
            **credentials,
        )
        super().__init__(store)
