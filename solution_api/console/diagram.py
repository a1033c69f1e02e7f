"""A Mermaid diagram, drawn in the browser by the library that NiceGUI ships; nothing is loaded from elsewhere."""

from nicegui import ui

CONFIG = {"startOnLoad": False, "securityLevel": "strict", "theme": "neutral", "fontFamily": "system-ui, sans-serif"}


def diagram(text: str) -> None:
    """Draw it where we are."""
    ui.mermaid(text, config=CONFIG).classes("graph").props('role="img" aria-label="Diagram of the definition"')
