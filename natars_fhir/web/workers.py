"""Workers: several processes that serve one port. What they share is the database, and nothing else.

uvicorn's own supervisor (https://www.uvicorn.org/deployment/#built-in) starts another in the place of one that died,
and at a hang-up signal puts fresh ones in the place of all: they load the mappings folder as it is then.
"""

from __future__ import annotations

from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from natars_fhir.collector import spare_while_serving
from natars_fhir.settings import Settings
from natars_fhir.web.app import create_app
from natars_fhir.web.logs import log_to_stderr
from natars_fhir.web.server import config_of


def application() -> FastAPI:
    """The application of one worker."""
    settings = Settings()
    log_to_stderr(settings.log_level)
    app = create_app(settings)
    spare_while_serving()
    return app


def serve_by_workers(settings: Settings) -> None:
    """Serves until it is asked to stop. Raises SystemExit where the port is taken."""
    config = config_of("natars_fhir.web.workers:application", settings, factory=True, workers=settings.workers)
    Multiprocess(config, sockets=[config.bind_socket()]).run()
