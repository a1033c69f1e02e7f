"""Puts the console into the Solution plane's app, under ``/console``."""

from fastapi import FastAPI
from nicegui import app as pages_app
from nicegui import core, ui

from symphainy.solution_api.console import frame, renew
from symphainy.solution_api.console.guard import Guard
from symphainy.solution_api.console.pages import (
    chat,
    content,
    document,
    home,
    insights,
    lineage,
    mapping,
    mash,
    quality,
    run,
    runs,
    solutions,
)
from symphainy.solution_api.console.places import Places

PATH = "/console"
PAGES = (home, content, document, insights, quality, mapping, mash, runs, run, lineage, solutions, chat)
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#3550c9"/>'
    '<path d="M4 10.5c2 1.8 8 1.6 8-.9S4.600 7.600 4.600 5.600 9.600 3.400 11.400 5" fill="none" stroke="#fff" stroke-width="1.600"/></svg>'
)
FORM = 65_536
"""Bytes that a multipart form may add to its file."""


def mount(app: FastAPI, places: Places) -> None:
    """Mount the pages, once per process: NiceGUI has one app. Call it before the app is served."""
    pages_app.add_middleware(Guard, upload=places.upload + FORM)
    pages_app.include_router(renew.router(places))
    for each in PAGES:
        each.install(places)
    ui.add_css(frame.STYLE, shared=True)
    # One kind of line, and only from our own pages: no polling, no other origin.
    pages_app.config.socket_io_js_transports = ["websocket"]
    core.sio.eio.cors_allowed_origins = None
    ui.run_with(
        app, mount_path=PATH, title="Symphainy", favicon=ICON, dark=None, language="en-US", tailwind=False,
        binding_refresh_interval=None, show_welcome_message=False, reconnect_timeout=30.0,
    )  # fmt: skip
