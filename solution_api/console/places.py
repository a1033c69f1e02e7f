"""Where the console finds the platform, as its browser and its client library reach it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Places:
    """Addresses of the planes; ``upload`` is the largest file in bytes."""

    experience: str
    solution: str
    temporal_ui: str
    namespace: str = "symphainy"
    upload: int = 1 << 30

    def history(self, workflow_id: str, run_id: str = "") -> str:
        """A run in the Temporal Web UI.

        >>> Places("", "", "http://t:1").history("acme:exe_1", "r")
        'http://t:1/namespaces/symphainy/workflows/acme:exe_1/r/history'
        """
        run = f"/{run_id}/history" if run_id else ""
        return f"{self.temporal_ui}/namespaces/{self.namespace}/workflows/{workflow_id.replace('/', '%2F')}{run}"
