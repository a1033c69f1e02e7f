"""``client.yaml`` as a source of settings: asked behind the environment and before the defaults."""

import os
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from symphainy.foundations.settings.client import FILE, ClientFile


def client_path(named: Path | str | None, data_dir: Path | str) -> Path | None:
    """The file that is named, else the one in the data folder if it is there."""
    beside = Path(data_dir) / FILE
    return Path(named) if named else beside if beside.is_file() else None


class ClientSource(PydanticBaseSettingsSource):
    """What the client's document says of infrastructure."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Nothing: the document is read as a whole."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Its settings, but for those that stand before it."""
        before = self.current_state
        default = self.settings_cls.model_fields["data_dir"].default
        path = client_path(before.get("client"), before.get("data_dir") or default)
        if path is None:
            return {}
        return ClientFile.read(path).settings(self.settings_cls.model_fields, os.environ, but=before)
